/** Starts a gateway, a worker, or both, from the modules as they are; `start.cts` starts the same from one file. */
import { run } from './program.js';

await run(process.argv.slice(2));

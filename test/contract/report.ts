import { readFileSync } from 'node:fs';
import { surfaces } from '../../src/rest/surfaces/index.js';
import { missingFromOurs, operationsOf } from './compare.js';
import { contractOf } from './documents.js';

/**
 * Prints what the emitted OpenAPI documents lack of the contract, and exits with 1 where they lack something. Compares the operations
 * that are served; with `--all`, every documented one. Run it from the project's folder.
 */
function main(): void {
  const all = process.argv.includes('--all');
  const faults = surfaces.flatMap(({ name }) => {
    const ours: Record<string, unknown> = JSON.parse(readFileSync(`schema/openapi/${name}.json`, 'utf8'));
    const served = operationsOf(ours).map(({ operation }) => String(operation.operationId));
    return missingFromOurs(contractOf(name), ours, all ? undefined : served).map((fault) => `${name}: ${fault}`);
  });
  process.stdout.write(faults.length > 0 ? `${faults.join('\n')}\n` : 'Nothing of the contract is missing.\n');
  process.exitCode = faults.length > 0 ? 1 : 0;
}

main();

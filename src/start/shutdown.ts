import type { Logger } from 'pino';

type Step = () => Promise<void>;

/** What is to be undone when the process ends, the latest first. */
export interface Shutdown {
  /** Adds a step that is run before all that were added earlier. */
  readonly add: (step: Step) => void;
  /** Runs the steps; those who ask again get the same run. */
  readonly run: () => Promise<void>;
}

/** A shutdown without steps: each is added when there is something to end, and the last one added runs first. */
export function createShutdown(): Shutdown {
  const steps: Step[] = [];
  let running: Promise<void> | undefined;
  async function runAll(): Promise<void> {
    for (let step = steps.pop(); step; step = steps.pop()) await step();
  }
  return {
    add: (step) => steps.push(step),
    run() {
      running ??= runAll();
      return running;
    },
  };
}

/** Ends the process in order: with 0 after SIGTERM or SIGINT, at whatever stage of the start it comes, and with 1 after a defect of ours. */
export function endInOrder(shutdown: Shutdown, logger: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      logger.info({ signal }, 'stopping');
      end(shutdown, logger, 0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // A defect leaves a state that nobody has thought of: what was asked is answered, and a new process begins afresh.
      logger.fatal({ err: error }, event);
      end(shutdown, logger, 1);
    });
  }
}

function end(shutdown: Shutdown, logger: Logger, code: number): void {
  shutdown.run().then(
    () => process.exit(code),
    (error: unknown) => {
      logger.fatal({ err: error }, 'the stop failed');
      process.exit(1);
    },
  );
}

/** Set by the bundler. */
declare const WORKER_FILES: { editor: string; json: string; graphql: string };

/** Read by the editor when it needs a worker. */
declare var MonacoEnvironment: { getWorker(id: string, label: string): Worker } | undefined;

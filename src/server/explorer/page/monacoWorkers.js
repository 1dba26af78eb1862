/**
 * File names of the workers, by the label under which the editor asks for them. Set by the bundler, as the names carry a hash.
 *
 * @type {{ editor: string, json: string, graphql: string }}
 */
const files = WORKER_FILES;

/**
 * Lets the editor start its workers from files of this server. Without this it would run their work in the page itself,
 * and typing would stall on a large schema.
 */
export function provideWorkers() {
  globalThis.MonacoEnvironment = {
    getWorker(_id, label) {
      const file = label === 'json' || label === 'graphql' ? files[label] : files.editor;
      return new Worker(new URL(file, import.meta.url), { name: label });
    },
  };
}

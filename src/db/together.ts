/** Keys that one statement carries at most. */
const maxKeys = 100;
/** Statements of one kind on their way at once: a slow one holds up the requests that travel in it, and not all. */
const maxUnderWay = 2;

interface Asked<K, V> {
  readonly key: K;
  resolve(value: V): void;
  reject(error: unknown): void;
}

/**
 * Reads by key for all requests of the process. What is asked for while statements are on their way travels in the next one: the busier
 * the process, the more requests share a statement, while a request that is alone waits for none. An answer was always read after it was
 * asked for.
 * @param read answers in the order of the keys, which may repeat; an error is that of every key
 */
export function readTogether<K, V>(read: (keys: readonly K[]) => Promise<readonly V[]>): (key: K) => Promise<V> {
  let waiting: Asked<K, V>[] = [];
  let underWay = 0;
  let isDue = false;

  function sendSoon(): void {
    if (isDue || waiting.length === 0 || underWay >= maxUnderWay) return;
    isDue = true;
    // After the requests that have arrived in the same turn of the event loop.
    setImmediate(() => {
      isDue = false;
      send();
    });
  }

  async function send(): Promise<void> {
    const batch = waiting.slice(0, maxKeys);
    waiting = waiting.slice(maxKeys);
    underWay += 1;
    sendSoon();
    try {
      const values = await read(batch.map(({ key }) => key));
      for (const [i, { resolve }] of batch.entries()) {
        // One value for each key is what `read` promises.
        resolve(values[i] as V);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      underWay -= 1;
      sendSoon();
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      sendSoon();
    });
}

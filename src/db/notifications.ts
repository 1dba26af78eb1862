import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Rings when something was announced on a channel, and whenever an announcement may have been missed. */
export interface Bell {
  /**
   * Resolves when it rings, and at once where it has rung since the last wait; also after `timeout` milliseconds, and when `signal` aborts.
   * Announcements are a hint and can be lost with their connection: whoever waits looks for itself afterwards.
   */
  wait(timeout: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** What the database announces by NOTIFY, over one connection of this process, made when it is first needed. */
export interface Notifications {
  /** @param payload rings for announcements with this payload alone */
  bell(channel: string, payload: string): Bell;
  close(): Promise<void>;
}

export interface NotificationOptions {
  /** A PostgreSQL connection string. A secret. */
  readonly url: string;
  readonly applicationName: string;
  readonly onError?: (error: Error) => void;
}

/** Milliseconds between the loss of the connection and the next try. */
const retryInterval = 1_000;

/** Makes no connection yet. */
export function openNotifications({ url, applicationName, onError }: NotificationOptions): Notifications {
  const channels = new Map<string, Set<RingingBell>>();
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let running: Promise<void> | undefined;

  const ring = (channel: string, payload?: string): void => {
    for (const bell of channels.get(channel) ?? []) if (payload === undefined || bell.payload === payload) bell.ring();
  };

  /** From here on nothing is missed; what came before may have been. */
  async function listen(to: pg.Client, channel: string): Promise<void> {
    await to.query(`listen ${to.escapeIdentifier(channel)}`);
    ring(channel);
  }

  async function listenUntilLost(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: applicationName, keepAlive: true });
    const lost = new Promise<void>((resolve) => next.once('end', () => resolve()));
    next.on('error', (error) => onError?.(error));
    next.on('notification', ({ channel, payload }) => ring(channel, payload));
    await next.connect();
    client = next;
    try {
      for (const channel of channels.keys()) await listen(next, channel);
      // It may have been closed while it connected.
      if (!closing.signal.aborted) await lost;
    } finally {
      client = undefined;
      await next.end();
    }
  }

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      await listenUntilLost().catch((error: Error) => onError?.(error));
      await sleep(retryInterval, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  return {
    bell(channel, payload) {
      const bells = channels.get(channel);
      const bell = createBell(payload, () => channels.get(channel)?.delete(bell));
      if (bells) bells.add(bell);
      else {
        channels.set(channel, new Set([bell]));
        // Where this fails, the connection is lost, and the next one listens to all channels.
        if (client) listen(client, channel).catch((error: Error) => onError?.(error));
      }
      running ??= keepListening();
      return bell;
    },
    async close() {
      closing.abort();
      await client?.end();
      await running;
    },
  };
}

interface RingingBell extends Bell {
  readonly payload: string;
  readonly ring: () => void;
}

function createBell(payload: string, close: () => void): RingingBell {
  let hasRung = false;
  let wake = () => {};

  const rungOr = (timeout: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      signal.addEventListener('abort', done, { once: true });
      wake = done;
    });

  return {
    payload,
    close,
    ring() {
      hasRung = true;
      wake();
    },
    async wait(timeout, signal) {
      if (!hasRung && !signal.aborted) await rungOr(timeout, signal);
      hasRung = false;
    },
  };
}

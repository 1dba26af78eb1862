import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { Unavailable } from '../../src/errors.js';
import { anApp } from './appUnderTest.js';

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function appThatIs(ready: () => Promise<void>) {
  const made = await anApp({ ready });
  open.push(made.app);
  return made;
}

describe('/livez', () => {
  it('answers without asking whether the app is ready', async () => {
    let asked = 0;
    const { app } = await appThatIs(async () => {
      asked++;
      throw new Error('down');
    });
    const response = await app.inject('/livez');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ok' });
    expect(asked).toBe(0);
  });
});

describe('/readyz', () => {
  it('says that the app can serve', async () => {
    const { app } = await appThatIs(async () => {});
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ok' });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('says why it cannot, logs that once, and recovers', async () => {
    let down = true;
    const { app, lines } = await appThatIs(async () => {
      if (down) throw new Unavailable('The database cannot be reached.', 1, { cause: new Error('password swordfish') });
    });
    for (let i = 0; i < 3; i++) {
      const response = await app.inject('/readyz');
      expect(response.statusCode).toBe(503);
      expect(response.json()).toEqual({ status: 'unavailable', reason: 'The database cannot be reached.' });
    }
    expect(lines().filter((line) => line.msg === 'not ready')).toHaveLength(1);
    down = false;
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    expect(lines().filter((line) => line.msg === 'ready again')).toHaveLength(1);
  });

  it('keeps an unexpected error to the log', async () => {
    const { app } = await appThatIs(async () => {
      throw new Error('relation "secrets" is missing');
    });
    expect((await app.inject('/readyz')).json().reason).toBe('The readiness check failed.');
  });

  it('takes at most a second, and asks again afterwards', async () => {
    let hangs = true;
    const { app } = await appThatIs(() => (hangs ? new Promise(() => {}) : Promise.resolve()));
    const start = Date.now();
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json().reason).toBe('The readiness check took too long.');
    expect(Date.now() - start).toBeGreaterThanOrEqual(990);
    expect(Date.now() - start).toBeLessThan(2_000);
    hangs = false;
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  it('shares one check among those who ask at once', async () => {
    let asked = 0;
    const { app } = await appThatIs(async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    const responses = await Promise.all(Array.from({ length: 20 }, () => app.inject('/readyz')));
    expect(new Set(responses.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(asked).toBe(1);
  });
});

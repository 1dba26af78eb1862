import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { anApp, Client, listening } from './appUnderTest.js';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `/slow/:ms` answers after so many milliseconds. */
async function slow(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { ms: string } }>('/slow/:ms', async (request) => {
    await sleep(Number(request.params.ms));
    return { answered: request.params.ms };
  });
}

async function closing(app: FastifyInstance): Promise<number> {
  const start = Date.now();
  await app.close();
  return Date.now() - start;
}

describe('close', () => {
  it('answers what was asked, with Connection: close, and takes no new connection', async () => {
    const { app } = await anApp({ register: slow });
    const port = await listening(app);
    const clients = await Promise.all(Array.from({ length: 20 }, () => Client.to(port)));
    for (const client of clients) client.say('GET /slow/400 HTTP/1.1', 'Host: localhost');
    await sleep(100);
    const closed = closing(app);
    await sleep(50);
    await expect(Client.to(port)).rejects.toThrow('ECONNREFUSED');
    await Promise.all(clients.map((client) => client.closed));
    for (const { received } of clients) {
      expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*\{"answered":"400"\}$/is);
    }
    expect(await closed).toBeLessThan(1_000);
  });

  it('answers what comes in on an open connection while it drains', async () => {
    const { app } = await anApp({ register: slow });
    const client = await Client.to(await listening(app));
    client.say('GET /slow/200 HTTP/1.1', 'Host: localhost');
    await sleep(50);
    const closed = closing(app);
    client.say('GET /slow/1 HTTP/1.1', 'Host: localhost').say('GET /slow/2 HTTP/1.1', 'Host: localhost');
    await client.closed;
    expect(client.received.match(/\{"answered":"\d+"\}/g)).toEqual(['{"answered":"200"}', '{"answered":"1"}', '{"answered":"2"}']);
    expect(await closed).toBeLessThan(1_000);
  });

  it('does not wait for connections that are idle or have said nothing', async () => {
    const { app } = await anApp({ register: slow });
    const port = await listening(app);
    const [idle, silent] = [await Client.to(port), await Client.to(port)];
    idle.say('GET /slow/1 HTTP/1.1', 'Host: localhost');
    while (!idle.received.includes('answered')) await sleep(10);
    expect(await closing(app)).toBeLessThan(1_500);
    await Promise.all([idle.closed, silent.closed]);
  });

  it('cuts off what is not done after DRAIN_TIMEOUT', async () => {
    const { app, lines } = await anApp({ register: slow, env: { DRAIN_TIMEOUT: '300' } });
    const client = await Client.to(await listening(app));
    client.say('GET /slow/1000 HTTP/1.1', 'Host: localhost');
    await sleep(50);
    const took = await closing(app);
    await client.closed;
    expect(client.received).toBe('');
    expect(took).toBeGreaterThanOrEqual(290);
    expect(took).toBeLessThan(900);
    expect(lines()).toContainEqual(expect.objectContaining({ level: 'warn', inFlight: 1 }));
  });

  it('does not wait for what was in the pipeline of a connection that broke', async () => {
    const { app } = await anApp({ register: slow });
    const client = await Client.to(await listening(app));
    client.say('GET /slow/100 HTTP/1.1', 'Host: localhost').say('GET /slow/100 HTTP/1.1', 'Host: localhost');
    await sleep(50);
    client.socket.destroy();
    expect(await closing(app)).toBeLessThan(1_000);
  });

  it('takes connections for DRAIN_DELAY, unready, and tells each to go', async () => {
    const { app } = await anApp({ register: slow, env: { DRAIN_DELAY: '300' } });
    const port = await listening(app);
    const closed = closing(app);
    await sleep(100);
    const [client, probe] = await Promise.all([Client.to(port), Client.to(port)]);
    client.say('GET /slow/300 HTTP/1.1', 'Host: localhost');
    probe.say('GET /readyz HTTP/1.1', 'Host: localhost');
    await Promise.all([client.closed, probe.closed]);
    expect(client.received).toMatch(/^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*\{"answered":"300"\}$/is);
    expect(probe.received).toMatch(/^HTTP\/1.1 503 /);
    expect(await closed).toBeGreaterThanOrEqual(300);
  });

  it('is unready while it drains', async () => {
    const { app } = await anApp({ register: slow });
    const port = await listening(app);
    const client = await Client.to(port);
    const probe = await Client.to(port);
    client.say('GET /slow/400 HTTP/1.1', 'Host: localhost');
    probe.socket.write('GET /readyz HTTP/1.1\r\n');
    await sleep(100);
    const closed = closing(app);
    await sleep(100);
    probe.say('Host: localhost');
    await probe.closed;
    expect(probe.received).toMatch(/^HTTP\/1.1 503 .*\{"status":"unavailable","reason":"The server is shutting down."\}$/s);
    await Promise.all([closed, client.closed]);
    expect(client.received).toContain('answered');
  });
});

import { LogController } from 'fastify';

/** Fastify's own log lines without those of each request, which `followRequests` writes, and with the trace id as the request's name. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'trace_id' });
  }

  override incomingRequest(): void {}
  override requestCompleted(): void {}
  override routeNotFound(): void {}
}

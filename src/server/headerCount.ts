import type { FastifyRequest } from 'fastify';
import { HttpRefusal } from './httpRefusal.js';

/** How often a header came. @param header in lower case */
export function countOf(request: FastifyRequest, header: string): number {
  const { rawHeaders } = request.raw;
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === header.length && rawHeaders[i]?.toLowerCase() === header) count += 1;
  return count;
}

/** Of which Node.js takes the first where there are several, and what stands before it may have taken another. */
const single = ['authorization', 'content-type'];

/** @throws HttpRefusal 400 for a header that says twice who calls, or what the body is */
export function requireSingleHeaders(request: FastifyRequest): void {
  for (const header of single) {
    if (countOf(request, header) > 1) throw new HttpRefusal(400, 'INVALID_HEADER', `The request must carry one ${header} header at most.`);
  }
}

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { isDownload } from '../graphql/download.js';

/** Sends a download as it is made. Errors before its first byte are answered as any; later ones break the connection. */
export async function sendDownload(reply: FastifyReply, download: unknown): Promise<FastifyReply> {
  if (!isDownload(download)) throw new Error('The result of an operation that streams is no download.');
  const { body, trailers } = await download.open();
  // The route's media types are those of the document; the download is one of them.
  reply.type(download.contentType).headers({
    ...download.headers,
    'content-disposition': `attachment; filename="${download.filename}"`,
    'x-content-type-options': 'nosniff',
  });
  for (const [name, value] of Object.entries(trailers)) reply.trailer(name, async () => value());
  return reply.send(body);
}

/**
 * Answers HEAD where GET is a download, which is not made for it. So nothing is said that is known from then on: its length, and its type
 * where there are several.
 */
export function sendDownloadHead(reply: FastifyReply, types: readonly string[]): FastifyReply {
  const [only, ...others] = types;
  if (only !== undefined && others.length === 0) reply.type(only);
  // Of no body at all Fastify would say that it has no bytes.
  return reply.send(Readable.from([]));
}

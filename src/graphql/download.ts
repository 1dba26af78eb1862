import type { Readable } from 'node:stream';
import { GraphQLScalarType } from 'graphql';

/** Something that is fetched as a stream: REST sends it, GraphQL says where it is fetched. */
export interface Download {
  readonly contentType: string;
  readonly filename: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Starts it. @throws the errors of `errors.ts`, before anything is sent */
  open(): Promise<Opened>;
  /** The address, as it stands in a JSON body. */
  toJSON(): string;
}

export interface Opened {
  /** Fails where it breaks off: then its end is never sent. */
  readonly body: Readable;
  /** What is said behind the body, once it has ended, by header name. */
  readonly trailers: Readonly<Record<string, () => string>>;
}

export const DownloadScalar = new GraphQLScalarType<Download, Download>({
  name: 'Download',
  description: 'Something that is fetched as a stream: its path, to be requested with the same credentials.',
  // The address is made when the answer is written; REST takes the stream itself.
  // Resolvers are typed: nothing else comes here.
  serialize: (value) => value as Download,
});

/** Whether a value is what a field of this scalar answers. */
export function isDownload(value: unknown): value is Download {
  return typeof value === 'object' && value !== null && 'open' in value && typeof value.open === 'function' && 'contentType' in value;
}

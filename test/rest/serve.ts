import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { Forbidden, Unauthenticated } from '../../src/errors.js';
import { compileOperations } from '../../src/rest/compile.js';
import { dialectOf } from '../../src/rest/dialect.js';
import { operationsFolder } from '../../src/rest/folder.js';
import { restSurface } from '../../src/rest/restSurface.js';
import { surfaces } from '../../src/rest/surfaces/index.js';
import { type Resolvers, standInSchema } from './standInSchema.js';

/** Documents that fit the stand-in schema. */
const standInOperations = join(import.meta.dirname, 'operations');

interface Caller {
  readonly name: string | undefined;
}

/** Serves both surfaces over a stand-in schema. The token `powerless` has no permission; any other names a caller who has all. */
export async function serve(resolvers: Resolvers, folder = standInOperations): Promise<FastifyInstance> {
  const app = Fastify();
  const dialect = dialectOf(standInSchema(resolvers), operationsFolder());
  for (const surface of surfaces) {
    await app.register(restSurface<Caller>, {
      surface,
      operations: compileOperations(dialect, folder, surface),
      contextOf: async (request) => {
        const name = request.headers.authorization?.replace('Bearer ', '');
        if (name === 'expired') throw new Unauthenticated();
        return { name };
      },
      requireUser: ({ name }) => {
        if (!name) throw new Unauthenticated();
      },
      conditionsOf: () => null,
      requirePermission: ({ name }, permission) => {
        if (name === 'powerless') throw new Forbidden(permission);
      },
      openStream: () => new AbortController().signal,
      traceIdOf: () => 'trace-1',
    });
  }
  await app.ready();
  return app;
}

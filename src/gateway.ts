import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { recordDenial, recordingDenials } from './access/denial.js';
import { decidePermission } from './access/rule.js';
import type { Config } from './config.js';
import { actorOf, type Context, forQuery, type Platform } from './context.js';
import { expectedWait } from './db/expectedWait.js';
import { requireMigrated } from './db/migrator.js';
import { type Database, stateOf } from './db/pool.js';
import { Unavailable } from './errors.js';
import { compileOperations } from './rest/compile.js';
import { dialectOf } from './rest/dialect.js';
import { operationsFolder } from './rest/folder.js';
import { openApiOf } from './rest/openApi.js';
import type { CompiledOperation, RunOperation } from './rest/operation.js';
import { restSurface } from './rest/restSurface.js';
import { surfaces } from './rest/surfaces/index.js';
import { buildSchema } from './schema/schema.js';
import { createApp } from './server/app.js';
import { docsPages } from './server/docsPages.js';
import { errorAnswer } from './server/errorAnswer.js';
import { explorer } from './server/explorer/explorer.js';
import { firstQuery } from './server/firstQuery.js';
import { createApollo } from './server/graphql/apollo.js';
import { graphqlContext, mountApollo } from './server/graphql/endpoint.js';
import { refusedUnread } from './server/graphql/errors.js';
import { mountSubscriptions } from './server/graphql/subscriptions.js';
import type { Metrics } from './server/metrics.js';
import { type OpenStreams, openStreams } from './server/openStreams.js';
import type { BusyWording } from './server/refuseWhenBusy.js';
import { requestContext } from './server/requestContext.js';

export interface GatewayOptions {
  readonly config: Config;
  readonly database: Database;
  readonly platform: Platform;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** What is served, where it is not the product's own schema: for the test that takes rules away. */
  readonly schema?: GraphQLSchema;
}

/** Where the build puts the explorer: beside the compiled sources. */
function explorerAssets(): string {
  return join(dirname(operationsFolder()), '..', 'dist', 'explorer');
}

/**
 * Makes a gateway over a database that is migrated: GraphQL, both REST surfaces and their pages. It is ready and not
 * listening. Closing it drains it; the database stays open.
 * @throws DocumentError where a REST document does not fit the schema
 */
export async function createGateway({
  config,
  database,
  platform,
  logger,
  metrics,
  schema = buildSchema(),
}: GatewayOptions): Promise<FastifyInstance> {
  await turn();
  const contextOf = (request: FastifyRequest): Promise<Context> => requestContext(platform, request);

  const apollo = createApollo(schema, logger);
  await apollo.start();
  await turn();
  metrics.watchPool(stateOf(database.pool));

  return createApp({
    config,
    logger,
    metrics,
    ready: () => readiness(database),
    expectedWait: expectedWait(database.pool, config.databasePoolSize),
    busyWording,
    async register(app) {
      const streams = openStreams(app);
      app.addHook('onClose', () => apollo.stop());
      app.addHook('onClose', () => platform.repeats.flush());
      await app.register(explorer, { assetsDir: explorerAssets(), graphqlPath: '/graphql', defaultQuery: firstQuery });
      mountApollo(app, apollo, '/graphql', (request) => graphqlContext(request, contextOf));
      mountSubscriptions(app, { schema, path: '/graphql/stream', streams, contextOf });
      await addRest(app, schema, contextOf, streams);
    },
  });
}

/** Lets the answers be read that have come meanwhile: a start asks its database in turns with putting the gateway together. */
const turn = () => setImmediate();

/** Each surface says in its own words that the gateway is busy, as it says everything else that is wrong. */
const busyWording: BusyWording = (error, request) => {
  if (request.path === '/graphql' || request.path === '/graphql/stream') return refusedUnread(error, request.traceId);
  const surface = surfaces.find(({ prefix }) => request.path.startsWith(`${prefix}/`));
  return surface ? surface.refused(error, request) : errorAnswer(error, request.traceId);
};

async function readiness(database: Database): Promise<void> {
  try {
    await requireMigrated(database.db);
  } catch (error) {
    throw new Unavailable('The database cannot be reached, or does not fit this program.', 1, { cause: error });
  }
}

async function addRest(
  app: FastifyInstance,
  schema: GraphQLSchema,
  contextOf: (request: FastifyRequest) => Promise<Context>,
  streams: OpenStreams,
): Promise<void> {
  const folder = operationsFolder();
  const dialect = dialectOf(schema, folder);
  await turn();
  const documents = [];
  for (const surface of surfaces) {
    const operations = compileOperations(dialect, folder, surface);
    await turn();
    await app.register(restSurface<Context>, {
      surface,
      operations: operations.map(withDenials).map(withStandby),
      contextOf,
      requireUser: actorOf,
      requirePermission,
      conditionsOf: (context) => context.conditions,
      traceIdOf: (request) => request.traceId,
      openStream: (ctx, reply) => streams.open(reply, actorOf(ctx).id),
    });
    documents.push({
      name: surface.name,
      title: surface.title,
      url: `/openapi/${surface.name}.json`,
      document: () => openApiOf(surface, operations),
    });
  }
  await app.register(docsPages, { documents });
}

/** What an operation's rules refuse is in the trail; a stream's refusals are recorded where it is opened. */
function withDenials(operation: CompiledOperation): CompiledOperation {
  return operation.kind === 'subscription' ? operation : runBy(operation, recordingDenials(operation.run));
}

/** What a query shows may come from the standby. */
function withStandby(operation: CompiledOperation): CompiledOperation {
  if (operation.kind !== 'query') return operation;
  // Operations of this program are run with its contexts.
  return runBy(operation, (context, variables) => operation.run(forQuery(context as Context), variables));
}

/** The same operation but for how it runs. It is not copied: that would find out now what can wait for its first request. */
function runBy(operation: RunOperation, run: RunOperation['run']): RunOperation {
  return Object.create(operation, { run: { value: run } });
}

async function requirePermission(ctx: Context, permission: string): Promise<void> {
  const decision = await decidePermission(ctx, permission);
  if (decision === true) return;
  const refusal = decision();
  await recordDenial(ctx, refusal);
  throw refusal;
}

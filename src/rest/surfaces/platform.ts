import type { DomainError } from '../../errors.js';
import { headersOf, statusOf } from '../../server/errorAnswer.js';
import { snakeCase } from '../snakeCase.js';
import type { Answer, Occasion, Surface } from '../surface.js';

/** `details` is beyond the contract: a served response may have more members than the documented ones. They are spelled as the surface spells all. */
function answer(status: number, code: string, detail: string, { traceId }: Occasion, details: object = {}): Answer {
  const spelled = Object.entries(details).map(([name, value]) => [snakeCase(name), value]);
  const extra = spelled.length > 0 ? { details: Object.fromEntries(spelled) } : {};
  return { status, body: { detail, code, trace_id: traceId, ...extra } };
}

function refused(error: DomainError, occasion: Occasion): Answer {
  return { ...answer(statusOf[error.code], error.code, error.message, occasion, error.details), headers: headersOf(error) };
}

/** `/api/v1/platform`: what the platform's admins work with. */
export const platform: Surface = {
  name: 'platform',
  prefix: '/api/v1/platform',
  title: 'Tenantry platform API',
  version: '1',
  description: 'Orgs, users, billing and the caller’s own access, for the platform’s admins.',
  tags: {
    Admins: 'Who administers the platform.',
    Assignments: 'Which groups an admin is in, and until when.',
    Audit: 'What was done, by whom, to what; and exports of it.',
    Billing: 'What an org pays for.',
    Groups: 'Permissions under one name, and the registry of all permissions.',
    Impersonation: 'Acting as another user, for support, on the record.',
    Jobs: 'What goes on in the background, and how far it is.',
    Me: 'The caller.',
    'Org Access': 'Which orgs’ billing and users an admin may reach.',
    Orgs: 'The tenants, from their making to their end.',
    Partners: 'The companies that the platform works with.',
    Settings: 'What holds for the whole platform.',
    Shards: 'The databases that orgs live on.',
    'User Management': 'The people of all orgs: finding, changing, deactivating them.',
    Users: 'The end of a user’s place on the platform.',
  },
  invalid: (issues) => ({ status: 422, body: { detail: issues.map(({ loc, msg, type }) => ({ loc, msg, type })) } }),
  refused,
  failed: (occasion) => answer(500, 'INTERNAL', 'Something went wrong here. Quote the trace id when you report it.', occasion),
  noRoute: (occasion) => answer(404, 'NOT_FOUND', `There is no ${occasion.method} ${occasion.path}.`, occasion),
  wrongMethod: (occasion, allowed) => ({
    ...answer(405, 'METHOD_NOT_ALLOWED', `${occasion.path} answers ${allowed.join(', ')}.`, occasion),
    headers: { allow: allowed.join(', ') },
  }),
  errorSchemaOf: (status) => (status === 422 ? 'ValidationError' : 'PlatformError'),
  errorSchemas: {
    PlatformError: {
      type: 'object',
      properties: {
        detail: { type: 'string', description: 'What is wrong, for people.' },
        code: { type: 'string', description: 'What is wrong, for programs.' },
        trace_id: { type: 'string', description: 'Finds this request in the logs.' },
        details: { type: 'object', additionalProperties: true, description: 'What else may be known, such as the missing permission.' },
      },
      required: ['detail', 'code', 'trace_id'],
    },
    ValidationDetail: {
      type: 'object',
      properties: {
        loc: {
          type: 'array',
          items: { type: ['string', 'integer'], format: 'int32' },
          description: 'Where the value stands: its place, then its name.',
        },
        msg: { type: 'string', description: 'What is wrong with it, for people.' },
        type: { type: 'string', description: 'What is wrong with it, for programs.' },
      },
      required: ['loc', 'msg', 'type'],
    },
    ValidationError: {
      type: 'object',
      properties: { detail: { type: 'array', items: { $ref: '#/components/schemas/ValidationDetail' } } },
      required: ['detail'],
    },
  },
};

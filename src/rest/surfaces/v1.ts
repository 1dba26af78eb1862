import { type DomainError, Forbidden, NotFound, TooManyRequests, Unavailable } from '../../errors.js';
import type { Issue } from '../issue.js';
import type { Answer, Occasion, Surface } from '../surface.js';

/** With microseconds and without a zone, as the surface documents it; UTC. */
function timestamp(): string {
  return new Date().toISOString().replace('Z', '000');
}

function envelope(status: number, error: string, message: string, details: object = {}): Answer {
  return { status, body: { error, message, details, timestamp: timestamp(), status_code: status } };
}

/** The surface writes a permission as `resource:action`; a platform key is dotted. */
function asResourceAction(permission: string): string {
  return permission.replace(/^platform\./, '').replace('.', ':');
}

function invalid(issues: readonly Issue[]): Answer {
  return { status: 422, body: { detail: issues } };
}

/** The header or the member of the body that an error is about, where it is about one. */
function locOf({ details: { header, field } }: DomainError): string[] {
  if (typeof header === 'string') return ['header', header];
  return typeof field === 'string' ? ['body', field] : ['body'];
}

function refused(error: DomainError, { traceId }: Occasion): Answer {
  switch (error.code) {
    case 'UNAUTHENTICATED':
      return { ...envelope(401, 'AUTHENTICATION_FAILED', error.message), headers: { 'www-authenticate': 'Bearer' } }; // RFC 6750 §3
    case 'FORBIDDEN': {
      const permission = error instanceof Forbidden ? asResourceAction(error.permission) : '';
      return envelope(403, 'FORBIDDEN', error.message, { required_permission: permission });
    }
    case 'NOT_FOUND': {
      const { resourceType, resourceId } = error instanceof NotFound ? error : { resourceType: 'object', resourceId: '' };
      return envelope(404, 'RESOURCE_NOT_FOUND', error.message, { resource_type: resourceType, resource_id: resourceId });
    }
    // The surface documents no 409: what stands in the way is a 422.
    case 'CONFLICT':
      return invalid([{ loc: locOf(error), msg: error.message, type: 'value_error', ctx: { error: error.message } }]);
    case 'LOCKOUT':
    case 'BAD_USER_INPUT':
      return invalid([{ loc: locOf(error), msg: error.message, type: 'value_error' }]);
    case 'TOO_MANY_REQUESTS': {
      const seconds = error instanceof TooManyRequests ? error.retryAfter : 1;
      return { ...envelope(429, 'TOO_MANY_REQUESTS', error.message), headers: { 'retry-after': String(seconds) } };
    }
    case 'UNAVAILABLE': {
      const seconds = error instanceof Unavailable ? error.retryAfter : 1;
      const plain = envelope(503, 'SERVICE_UNAVAILABLE', error.message, { trace_id: traceId });
      return { ...plain, headers: { 'retry-after': String(seconds) } };
    }
  }
}

/** `/v1`: what the users of an org work with. */
export const v1: Surface = {
  name: 'v1',
  prefix: '/v1',
  title: 'Tenantry workspace API',
  version: '1',
  description: 'Users, workspaces and their members, for the users of an org.',
  tags: {
    Admin: 'What the admins of an org and of the platform look after.',
    Users: 'The caller, and the people of the caller’s workspaces and orgs.',
    'Workspace Members': 'Who works in a workspace, and in which role.',
  },
  invalid,
  refused,
  failed: ({ traceId }) =>
    envelope(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here. Quote the trace id when you report it.', { trace_id: traceId }),
  noRoute: ({ method, path }) =>
    envelope(404, 'RESOURCE_NOT_FOUND', `There is no ${method} ${path}.`, { resource_type: 'route', resource_id: path }),
  wrongMethod: ({ path }, allowed) => ({
    ...envelope(405, 'METHOD_NOT_ALLOWED', `${path} answers ${allowed.join(', ')}.`, { allowed }),
    headers: { allow: allowed.join(', ') },
  }),
  documentsNullInQuery: true,
  errorSchemaOf: (status) => (status === 422 ? 'ValidationError' : 'ErrorEnvelope'),
  errorSchemas: {
    ErrorEnvelope: {
      type: 'object',
      properties: {
        error: { type: 'string', description: 'What is wrong, for programs.' },
        message: { type: 'string', description: 'What is wrong, for people.' },
        details: { type: 'object', additionalProperties: true, description: 'What else may be known.' },
        timestamp: { type: 'string', description: 'UTC, with microseconds and without a zone: 2025-01-01T00:00:00.000000.' },
        status_code: { type: 'integer', format: 'int32' },
      },
      required: ['error', 'message', 'details', 'timestamp', 'status_code'],
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
        input: { description: 'What was sent, where it is neither secret nor large.' },
        ctx: { type: 'object', additionalProperties: true, description: 'The bound that was broken.' },
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

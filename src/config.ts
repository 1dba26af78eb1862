import type { Setting, ValueOf } from './config/setting.js';
import { settings } from './config/settings.js';

export { configHelp, configMarkdown } from './config/documentation.js';

type Values = { readonly [Name in keyof typeof settings]: ValueOf<(typeof settings)[Name]> };

/** What the environment says, read once. Units and meanings stand in `config/settings.ts`. */
export interface Config extends Omit<Values, 'publicUrl' | 'corsOrigins' | 'allowedHosts'> {
  readonly publicUrl: string;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
}

/** Environment variables that can't be used; the message has a line for each and repeats no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly { readonly variable: string; readonly message: string }[]) {
    super(problems.map(({ message }) => message).join('\n'));
  }
}

/**
 * Reads the configuration. An empty variable counts as absent; variables that are not ours are ignored.
 * @returns a frozen object
 * @throws ConfigError naming every variable whose value is wrong
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const read = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => ({ name, setting, ...valueIn(env, setting) }));
  const problems = read.flatMap(({ setting, problem }) => (problem ? [{ variable: setting.variable, message: problem }] : []));
  if (problems.length > 0) throw new ConfigError(problems);

  // Each value was read by its own setting's reader, which is what Values says; Object.fromEntries can't follow that.
  const values = Object.fromEntries(read.map(({ name, value }) => [name, frozen(value)])) as unknown as Values;
  if ((values.authWebhookUrl === undefined) !== (values.authWebhookSecret === undefined)) {
    const missing = values.authWebhookUrl === undefined ? settings.authWebhookUrl : settings.authWebhookSecret;
    throw new ConfigError([{ variable: missing.variable, message: 'AUTH_WEBHOOK_URL and AUTH_WEBHOOK_SECRET are set together.' }]);
  }
  return Object.freeze({
    ...values,
    publicUrl: values.publicUrl ?? `http://localhost:${values.port}`,
    corsOrigins: values.corsOrigins ?? frozen([]),
    allowedHosts: values.allowedHosts ?? frozen([]),
  });
}

function valueIn(env: Readonly<Record<string, string | undefined>>, setting: Setting<unknown>): { value?: unknown; problem?: string } {
  const text = env[setting.variable] || setting.default;
  if (text === undefined) return {};
  const value = setting.reader.read(text);
  if (value !== undefined) return { value };
  const given = setting.secret ? '' : ` It is ${shortened(JSON.stringify(text))}.`;
  return { problem: `${setting.variable} must be ${setting.reader.expected}.${given}` };
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Freezes lists and their items. A Buffer can't be frozen. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

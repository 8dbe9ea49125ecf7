import { z } from 'zod';
import { timeProfiles, type TimeProfile } from './time-profiles';
import { readTenpay, tenpayFaults, tenpayVariables, type TenpayAccess } from './tenpay';
import { operationsVariables } from './operations';
import { outsideFaults, outsideVariables, readOutside, type OutsideAccess } from './outside';
import { integer, seconds } from './values';
import { readWechatPay, wechatPayFaults, wechatPayVariables, type WechatPayAccess } from './wechat-pay';

/**
 * The environment, parsed once by each main and handed on as plain values. All faults are reported at once, each with
 * its name and what was expected; a MALLFLOW_ variable nobody knows is a fault too, since it is a typing mistake.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Good enough to try things out on one machine, and refused in production. */
const demoSecret = 'mallflow-demo-secret-not-for-production';

/** The same for the keys of what is encrypted in the database. */
const demoDataKeys = 'demo:bWFsbGZsb3ctZGVtby1rZXktbm90LWluLXByb2R1Y3Q=';

const dataKeyRule = 'ID:BASE64 of 32 bytes, and after commas those of before; ids of a-z, 0-9 and -, each once';

const dataKeysText = z
  .string()
  // rule: data-keys-are-whole
  .refine((text) => dataKeysOf(text).every(({ key }) => key.length === 32), dataKeyRule)
  // rule: data-key-ids-once
  .refine((text) => new Set(dataKeysOf(text).map(({ id }) => id)).size === text.split(',').length, dataKeyRule);

function dataKeysOf(text: string) {
  return text.split(',').map((pair) => {
    const [, id = '', base64 = ''] = /^([a-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(pair) ?? [];
    return { id, key: Buffer.from(base64, 'base64') };
  });
}

const flag = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'a postgres:// URL');

/** Every variable, with its default. The table in docs/operations.md says the same in words. */
const variables = {
  NODE_ENV: z.enum(['development', 'test', 'production'], 'development, test or production').default('development'),
  DATABASE_URL: postgresUrl.optional(),
  APP_DATABASE_URL: postgresUrl.optional(),
  PORT: integer(0, 65_535).default(3000),
  MALLFLOW_HOST: z.string().min(1).default('127.0.0.1'),
  MALLFLOW_SECRET: z.string().min(32, 'at least 32 characters').default(demoSecret),
  MALLFLOW_DATA_KEYS: dataKeysText.default(demoDataKeys),
  MALLFLOW_TRUST_PROXY: integer(0, 10).default(0),
  MALLFLOW_COOKIE_SECURE: flag.optional(),
  MALLFLOW_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug'], 'a pino level').default('info'),
  MALLFLOW_TASK_QUEUE: z.string().min(1).default('mallflow'),
  MALLFLOW_TIME_PROFILE: z.enum(['normal', 'short'], 'normal or short').default('normal'),
  MALLFLOW_CHECK_ANSWERS: flag.default(false),
  MALLFLOW_SESSION_SECONDS: seconds.default(12 * 3_600_000),
  MALLFLOW_SIGN_IN_ATTEMPTS: integer(1, 10_000).default(10),
  MALLFLOW_ADDRESS_ATTEMPTS: integer(1, 100_000).default(100),
  MALLFLOW_SIGN_IN_WINDOW_SECONDS: seconds.default(900_000),
  MALLFLOW_BODY_LIMIT_BYTES: integer(1_024, 10_485_760).default(262_144),
  MALLFLOW_IMAGE_DIR: z.string().min(1).default('.data/images'),
  MALLFLOW_DOCUMENT_DIR: z.string().min(1).default('.data/documents'),
  MALLFLOW_MAX_REQUESTS: integer(1, 100_000).default(256),
  MALLFLOW_MAX_COMMANDS: integer(1, 100_000).default(64),
  MALLFLOW_ACCEPT_MS: integer(100, 60_000).default(5_000),
  MALLFLOW_RESULT_MS: integer(100, 60_000).default(5_000),
  MALLFLOW_API_POOL: integer(1, 500).default(20),
  MALLFLOW_PAY_WITHIN_SECONDS: seconds.default(30 * 60_000),
  MALLFLOW_DETAIL_OPEN_SECONDS: seconds.default(7 * 86_400_000),
  MALLFLOW_DRAFT_KEPT_SECONDS: seconds.default(7 * 86_400_000),
  MALLFLOW_DRAFT_REMINDER_SECONDS: seconds.default(86_400_000),
  MALLFLOW_CONFIRM_WITHIN_SECONDS: seconds.default(30 * 60_000),
  MALLFLOW_MALLS_PER_ENTERPRISE: integer(1, 1_000).default(3),
  MALLFLOW_PROVE_WITHIN_SECONDS: seconds.default(7 * 86_400_000),
  MALLFLOW_REGISTRY_AGAIN_SECONDS: seconds.default(86_400_000),
  MALLFLOW_ONBOARDING_REMINDER_SECONDS: seconds.default(7 * 86_400_000),
  MALLFLOW_COMPANY_ACCOUNTS: integer(1, 100_000).default(10),
  MALLFLOW_CERTIFICATION_FEE_FEN: integer(1, 100_000_000).default(30_000),
  MALLFLOW_FEE_VALID_SECONDS: seconds.optional(),
  MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: seconds.default(60 * 86_400_000),
  MALLFLOW_FEE_REMINDERS: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9})*$/, 'seconds before the end, separated by commas')
    .default('2592000,604800,86400'),
  MALLFLOW_WORKER_PORT: integer(0, 65_535).optional(),
  MALLFLOW_WORKER_POOL: integer(1, 500).default(20),
  MALLFLOW_WORKFLOW_CACHE: integer(10, 1_000_000).default(1_500),
  MALLFLOW_REVIEW_WORKING_DAYS: integer(1, 250).default(7),
  MALLFLOW_REVIEW_SECONDS: seconds.optional(),
  MALLFLOW_NOTICES_SECONDS: seconds.default(5_000),
  MALLFLOW_WATCHDOG_SECONDS: seconds.default(10_000),
  MALLFLOW_RELAY_MS: integer(10, 60_000).default(250),
  MALLFLOW_PAYMENT_SWEEP_SECONDS: seconds.default(300_000),
  MALLFLOW_MERCHANT_POLL_SECONDS: seconds.default(600_000),
  MALLFLOW_MERCHANT_REST_SECONDS: seconds.default(6 * 3_600_000),
  ...operationsVariables,
  ...wechatPayVariables,
  ...outsideVariables,
  ...tenpayVariables,
} as const;

/** Read by the set-up scripts, not by the product. */
const scriptVariables = new Set(['MALLFLOW_CACHE_DIR', 'MALLFLOW_URL']);

const schema = z.object(variables);
/** Every variable, parsed. */
export type Configuration = z.infer<typeof schema>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError with every fault */
export function parseEnvironment(environment: Environment): Configuration {
  const faults = Object.keys(environment)
    // rule: unknown-variables-are-faults
    .filter((name) => name.startsWith('MALLFLOW_') && !(name in variables) && !scriptVariables.has(name))
    .map((name) => `${name}: no such variable; see docs/operations.md`);
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(`${issue.path.join('.')}: expected ${issue.message}`);
  }
  faults.push(
    ...productionFaults(environment),
    ...wechatPayFaults(environment, environment['NODE_ENV'] === 'production'),
    ...outsideFaults(environment, environment['NODE_ENV'] === 'production'),
    ...tenpayFaults(environment, environment['NODE_ENV'] === 'production'),
  );
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return parsed.data;
}

/** Looks at the text as given, so that these are told together with what else is wrong. */
function productionFaults(given: Environment): string[] {
  const faults: string[] = [];
  if (given['NODE_ENV'] !== 'production') return faults;
  // rule: no-demo-secret-in-production
  if ((given['MALLFLOW_SECRET'] ?? demoSecret) === demoSecret)
    faults.push('MALLFLOW_SECRET: expected a secret of your own in production');
  // rule: no-demo-key-in-production
  if ((given['MALLFLOW_DATA_KEYS'] ?? demoDataKeys).includes(demoDataKeys))
    faults.push('MALLFLOW_DATA_KEYS: expected keys of your own in production');
  if (given['MALLFLOW_COOKIE_SECURE'] === 'false') faults.push('MALLFLOW_COOKIE_SECURE: expected true in production');
  if (given['MALLFLOW_TIME_PROFILE'] === 'short') faults.push('MALLFLOW_TIME_PROFILE: expected normal in production');
  return faults;
}

/** How a process reaches the database: the restricted login when one is named, else the owner's URL in the app role. */
export function databaseAccess(parsed: Configuration): { readonly url: string; readonly role: 'mallflow_app' | null } {
  if (parsed.APP_DATABASE_URL !== undefined) return { url: parsed.APP_DATABASE_URL, role: null };
  if (parsed.DATABASE_URL !== undefined) return { url: parsed.DATABASE_URL, role: 'mallflow_app' };
  throw new ConfigurationError(['DATABASE_URL: expected a postgres:// URL (or APP_DATABASE_URL)']);
}

/** The keys of what is encrypted in the database: the first encrypts, all decrypt. */
export function dataKeys(parsed: Configuration) {
  return dataKeysOf(parsed.MALLFLOW_DATA_KEYS);
}

/**
 * Undefined when no variable of WeChat Pay is given: then nobody can pay by it.
 * @throws ConfigurationError with every file and key that is not what it should be
 */
export function wechatPay(parsed: Configuration): WechatPayAccess | undefined {
  const faults: string[] = [];
  const access = readWechatPay(parsed, (fault) => faults.push(fault));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return access;
}

/**
 * The outside parties of a seller's way in; those of which no variable is given are undefined.
 * @throws ConfigurationError with every file and secret that is not what it should be
 */
export function outside(parsed: Configuration): OutsideAccess {
  const faults: string[] = [];
  const access = readOutside(parsed, (fault) => faults.push(fault));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return access;
}

/**
 * Undefined when no variable of Tenpay is given: then its merchant IDs are not available.
 * @throws ConfigurationError with every file and secret that is not what it should be
 */
export function tenpay(parsed: Configuration): TenpayAccess | undefined {
  const faults: string[] = [];
  const access = readTenpay(parsed, (fault) => faults.push(fault));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return access;
}

/** @throws ConfigurationError when the owner's URL is missing: only the owner migrates and furnishes. */
export function ownerUrl(parsed: Configuration): string {
  if (parsed.DATABASE_URL === undefined) throw new ConfigurationError(['DATABASE_URL: expected a postgres:// URL']);
  return parsed.DATABASE_URL;
}

export function timeProfile(parsed: Configuration): TimeProfile {
  return timeProfiles[parsed.MALLFLOW_TIME_PROFILE];
}

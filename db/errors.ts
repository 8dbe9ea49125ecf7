/** What a failed database call means to its caller. */

interface PgErrorShape {
  readonly code?: unknown;
  readonly constraint?: unknown;
}

export function pgCode(error: unknown): string | undefined {
  const code = (error as PgErrorShape | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function violatedConstraint(error: unknown): string | undefined {
  const name = (error as PgErrorShape | null)?.constraint;
  return typeof name === 'string' ? name : undefined;
}

export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return pgCode(error) === '23505' && violatedConstraint(error) === constraint;
}

const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
  '55P03', // lock not available in time
  '57014', // statement timed out
  '57P01', // the server is shutting down,
  '57P02', // has crashed
  '57P03', // or is starting up
]);

/** The driver's own words: these failures have no code. */
const brokenConnection =
  /Query read timeout|Connection terminated|connection timeout|timeout expired|Client was closed and is not queryable|timeout exceeded when trying to connect|Timeout acquiring a connection|Unable to acquire a connection|Client has encountered a connection error|Connection ended unexpectedly/i;

/** True when the database could not be asked or was busy: the same call may succeed in a moment. */
export function isPassingDatabaseFailure(error: unknown): boolean {
  const code = pgCode(error);
  if (code !== undefined && (passing.has(code) || code.startsWith('08'))) return true;
  return error instanceof Error && brokenConnection.test(error.message);
}

import { pino, type Logger } from 'pino';

/** A JSON log without personal data: errors are shown by an allow-list, since the database puts whole rows into them. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, serializers: { err: shown, error: shown }, redact: ['*.password', '*.token'] });
}

interface DatabaseErrorShape {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
}

function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint, table } = error as DatabaseErrorShape;
  return {
    type: error.name,
    message: error.message,
    code,
    constraint,
    table,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: shown(error.cause) }),
  };
}

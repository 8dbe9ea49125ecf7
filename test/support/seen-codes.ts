import { appendFileSync } from 'node:fs';

/** Notes a problem code met over HTTP in the file the run's reporter reads at its end (see error-code-reporter). */
export function recordErrorCode(code: unknown): void {
  const file = process.env['TEST_SEEN_CODES'];
  if (file !== undefined && typeof code === 'string') appendFileSync(file, `${code}\n`);
}

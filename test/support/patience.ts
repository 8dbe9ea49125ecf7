/**
 * How long a test waits for what must come: long, for a machine that is slow for minutes. Where a test is expected to
 * fail (`npm run test:rules`) there is no use in waiting so long.
 */
export const patienceMs = Number(process.env['TEST_PATIENCE_MS'] ?? 60_000);

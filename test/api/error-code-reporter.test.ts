import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodes } from '../../domain/shared/errors';
import ErrorCodeReporter from '../support/error-code-reporter';

/** jest's global configuration, as far as it tells a whole run from a part of one. */
type RunConfig = ConstructorParameters<typeof ErrorCodeReporter>[0];
const whole: RunConfig = { testPathPatterns: { patterns: [] } };

describe('the reporter of error codes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mallflow-reporter-'));
  const ofTheRun = process.env['TEST_SEEN_CODES'];
  let said: jest.SpyInstance;

  beforeAll(() => {
    process.env['TEST_SEEN_CODES'] = join(folder, 'seen');
    said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  });
  afterAll(() => {
    process.env['TEST_SEEN_CODES'] = ofTheRun;
    said.mockRestore();
    rmSync(folder, { recursive: true });
  });

  function verdict(config: RunConfig, seen: readonly string[]): string | undefined {
    writeFileSync(join(folder, 'seen'), seen.map((code) => `${code}\n`).join(''));
    const reporter = new ErrorCodeReporter(config);
    reporter.onRunComplete();
    return reporter.getLastError()?.message;
  }

  it('is content with a whole run that has seen every code', () => {
    expect(verdict(whole, errorCodes)).toBeUndefined();
    expect(said).toHaveBeenLastCalledWith(expect.stringContaining(`${errorCodes.length} of ${errorCodes.length}`));
  });

  it('fails a whole run that has not seen one, by its name', () => {
    const seen = errorCodes.filter((code) => code !== 'CASE_STUCK');
    expect(verdict(whole, seen)).toMatch(/never seen: CASE_STUCK$/);
    expect(verdict(whole, [])).toContain('VALIDATION_FAILED');
  });

  it.each([
    { ...whole, testPathPatterns: { patterns: ['test/api'] } },
    { ...whole, testNamePattern: 'some' },
    { ...whole, runTestsByPath: true },
    { ...whole, onlyChanged: true },
    { ...whole, shard: { shardIndex: 1, shardCount: 2 } },
  ] satisfies RunConfig[])('asks nothing of a part of a run: %j', (config) => {
    expect(verdict(config, [])).toBeUndefined();
  });

  it('fails any run that has seen a code nobody has written down', () => {
    expect(verdict({ ...whole, testNamePattern: 'some' }, ['NO_SUCH_CODE'])).toMatch(
      /not in the catalogue: NO_SUCH_CODE/,
    );
  });
});

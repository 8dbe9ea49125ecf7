import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInstallation, type Installation } from '../support/installation';

const root = join(__dirname, '..', '..');

describe('the guide', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation();
  });
  afterAll(() => mallflow.stop());

  it('is played by npm run demo, as often as one likes', async () => {
    const play = () =>
      promisify(execFile)(process.execPath, [join(root, 'scripts', 'demo.js')], {
        env: { PATH: process.env['PATH'], MALLFLOW_URL: mallflow.url },
        timeout: 25_000,
      });
    expect((await play()).stdout).toMatch(/As expected, from beginning to end\.\n$/);
    expect((await play()).stdout).toMatch(/As expected, from beginning to end\.\n$/);
  }, 60_000);
});

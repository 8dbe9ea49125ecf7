import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInstallation, type Installation } from '../support/installation';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'points-mall.md'), 'utf8');
const run = promisify(execFile);

function blocks(mark: string): string[] {
  return [...page.matchAll(new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

describe('the guide', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation();
  });
  afterAll(() => mallflow.stop());

  const environment = () => ({ PATH: process.env['PATH'], MALLFLOW_URL: mallflow.url });

  it('of docs/points-mall.md prints what it says', async () => {
    const script = blocks('guide').join('\n');
    const promised = lines(blocks('prints').join('\n'));
    const follow = async () =>
      lines(
        (await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { env: environment(), timeout: 50_000 })).stdout,
      );
    expect(promised.length).toBeGreaterThan(40);
    expect(await follow()).toEqual(promised);
  }, 60_000);

  it('is all there: no bash block without its mark, and every sentence of the source', () => {
    expect(page.match(/```bash/g)).toHaveLength(blocks('guide').length);
    // The bold words of the guide are what its reader clicks.
    const clicks = ['资源中心', '立即购买', '立即支付', '关闭', '添加商品', '积分商城', '下一步', '完成'];
    clicks.push('企业总库存', '分配库存', '详情', '下线', '添加分组', '确定', '上线');
    for (const word of clicks) expect(page).toContain(`**${word}**`);
  });

  it('is played by npm run demo, as often as one likes', async () => {
    const play = () =>
      run(process.execPath, [join(root, 'scripts', 'demo.js')], { env: environment(), timeout: 25_000 });
    expect((await play()).stdout).toMatch(/As expected, from beginning to end\.\n$/);
    expect((await play()).stdout).toMatch(/As expected, from beginning to end\.\n$/);
  }, 60_000);
});

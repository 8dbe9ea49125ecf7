import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator, type Emulator } from '../support/emulator';
import { startInstallation, type Installation } from '../support/installation';

const root = join(__dirname, '..', '..');
const run = promisify(execFile);

/** A page that is followed with curl: what stands behind `<!-- guide -->` prints what stands behind `<!-- prints -->`. */
class Guide {
  readonly text: string;

  constructor(file: string) {
    this.text = readFileSync(join(root, 'docs', file), 'utf8');
  }

  blocks(mark: string): string[] {
    return [...this.text.matchAll(new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
      (match) => match[1] ?? '',
    );
  }

  get promised(): string[] {
    return lines(this.blocks('prints').join('\n'));
  }

  async follow(env: NodeJS.ProcessEnv): Promise<string[]> {
    const script = this.blocks('guide').join('\n');
    return lines((await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { env, timeout: 140_000 })).stdout);
  }
}

const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

const pages = { 'points-mall.md': new Guide('points-mall.md'), 'payments.md': new Guide('payments.md') };

describe('the pages that are followed with curl', () => {
  let emulator: Emulator;
  let mallflow: Installation;
  beforeAll(async () => {
    emulator = await startEmulator();
    mallflow = await startInstallation({ emulator });
  });
  afterAll(async () => {
    await mallflow.stop();
    await emulator.stop();
  });

  const environment = () => ({
    PATH: process.env['PATH'],
    MALLFLOW_URL: mallflow.url,
    EMULATOR_URL: emulator.url,
  });

  it.each([
    ['points-mall.md', 40],
    ['payments.md', 12],
  ] as const)(
    'docs/%s prints what it says, in at least %d lines',
    async (file, atLeast) => {
      expect(pages[file].promised.length).toBeGreaterThan(atLeast);
      expect(await pages[file].follow(environment())).toEqual(pages[file].promised);
    },
    180_000,
  );

  it.each(Object.entries(pages))('docs/%s has no bash block without its mark', (_, page) => {
    expect(page.text.match(/```bash/g)).toHaveLength(page.blocks('guide').length);
  });

  it('the guide has every sentence of the source', () => {
    // The bold words of the guide are what its reader clicks.
    const clicks = ['资源中心', '立即购买', '立即支付', '关闭', '添加商品', '积分商城', '下一步', '完成'];
    clicks.push('企业总库存', '分配库存', '详情', '下线', '添加分组', '确定', '上线');
    for (const word of clicks) expect(pages['points-mall.md'].text).toContain(`**${word}**`);
  });

  it('npm run demo plays it, as often as one likes', async () => {
    const play = () =>
      run(process.execPath, [join(root, 'scripts', 'demo.js')], { env: environment(), timeout: 140_000 });
    expect((await play()).stdout).toMatch(/WeChat Pay[^]*As expected, from beginning to end\.\n$/);
    expect((await play()).stdout).toMatch(/As expected, from beginning to end\.\n$/);
    // Half a minute each where nobody else works; what is slow is not wrong.
  }, 300_000);
});

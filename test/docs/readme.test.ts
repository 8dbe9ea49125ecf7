import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInstallation, type Installation } from '../support/installation';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** The blocks a newcomer pastes, in their order: those with `<!-- walk -->` before them. */
function walkBlocks(): string[] {
  return [...readme.matchAll(/<!-- walk -->\n+```bash\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

describe('the five-minute walk of the README', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation();
  });
  afterAll(() => mallflow.stop());

  async function walk(): Promise<string[]> {
    const { stdout } = await promisify(execFile)('bash', ['-eu', '-o', 'pipefail', '-c', walkBlocks().join('\n')], {
      env: { PATH: process.env['PATH'], MALLFLOW_URL: mallflow.url },
      timeout: 140_000,
    });
    return stdout.split(/\r?\n/).filter((line) => line !== '');
  }

  it('prints what it promises, each time it is walked', async () => {
    const first = await walk();
    expect(first).toEqual([
      'signed in as 王店长 (mall_manager)',
      'balance: 1000000 fen',
      'on sale: 咖啡买一赠一券, 1200 fen',
      'on sale: 满 50 减 10 外卖优惠券, 350 fen',
      'ordered: 3600 fen, awaiting_payment, next: pay or cancel',
      'paid: stocked, next: close',
      expect.stringMatching(/^idempotent-replayed: true$/i),
      'refused: 409 WRONG_STATE, allowed: close',
      'closed: closed',
      'in stock: 3 × 咖啡买一赠一券',
      'spent: 3600 fen',
      'case: 咖啡买一赠一券 × 3, completed',
      'open now: [], unconfirmed: 0',
      '王店长 提交了订单，等待支付',
      '王店长 使用企业余额完成支付',
      '权益已进入企业总库存',
      '王店长 关闭了订单详情，采购结束',
    ]);
    expect(await walk()).toContain('balance: 996400 fen');
  });

  it('leaves no bash block of the README unmarked', () => {
    expect(readme.match(/```bash/g)).toHaveLength(walkBlocks().length);
  });
});

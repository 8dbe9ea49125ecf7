import { hash } from '@node-rs/argon2';
import type { BenefitKind } from '../domain/catalogue/benefit';
import { ledgerAccountId } from '../domain/ledger/accounts';
import type { Role } from '../domain/shared/roles';
import { addAccount } from '../db/account/repository';
import { addBenefit } from '../db/catalogue/repository';
import { firstRow, type Db, type Trx } from '../db/connection';
import { post } from '../db/ledger/repository';
import { addMember, adjustPoints } from '../db/mall/member-repository';
import { addEnterprise, addMall } from '../db/mall/repository';

/** For trying things out on one machine; the seeding command refuses production. */
export const demoPassword = 'mallflow-demo';
const openingBalanceFen = 1_000_000;
const openingPoints = 10_000;

/** Fixed ids: number n of a kind. */
const demoId = (prefix: string, n: number): string => `${prefix}_01demo${String(n).padStart(20, '0')}`;

const enterprises = [
  { id: demoId('ent', 1), name: '星河零售', mall: { id: demoId('mal', 1), name: '星河积分商城' } },
  { id: demoId('ent', 2), name: '云杉百货', mall: { id: demoId('mal', 2), name: '云杉会员商城' } },
] as const;

interface DemoAccount {
  readonly login: string;
  readonly displayName: string;
  readonly role: Role;
  readonly enterpriseId?: string;
  readonly mallId?: string;
}

const accounts: readonly DemoAccount[] = [
  { login: 'manager@demo', displayName: '王店长', role: 'mall_manager', enterpriseId: enterprises[0].id },
  { login: 'manager2@demo', displayName: '林店长', role: 'mall_manager', enterpriseId: enterprises[1].id },
  { login: 'member@demo', displayName: '会员小李', role: 'member', mallId: enterprises[0].mall.id },
  { login: 'member2@demo', displayName: '会员小周', role: 'member', mallId: enterprises[0].mall.id },
  { login: 'reviewer@demo', displayName: '审核员甲', role: 'reviewer' },
  { login: 'reviewer2@demo', displayName: '审核员乙', role: 'reviewer' },
  { login: 'operator@demo', displayName: '运营小陈', role: 'operator' },
  { login: 'operator2@demo', displayName: '运营小赵', role: 'operator' },
];

interface DemoBenefit {
  readonly name: string;
  readonly kind: BenefitKind;
  readonly priceFen: number;
  readonly days?: number;
  readonly exchangeNotes: string;
}

const benefits: readonly DemoBenefit[] = [
  {
    name: '满 50 减 10 外卖优惠券',
    kind: 'coupon',
    priceFen: 350,
    exchangeNotes: '优惠券没有有效期限制；用户领取后下单时抵扣。购买的权益不能退回。',
  },
  {
    name: '咖啡买一赠一券',
    kind: 'coupon',
    priceFen: 1_200,
    exchangeNotes: '优惠券没有有效期限制；全国门店通用。购买的权益不能退回。',
  },
  {
    name: '视频会员月卡直充',
    kind: 'direct_top_up',
    priceFen: 1_500,
    exchangeNotes: '兑换后填写充值账号，即时到账，没有有效期限制。购买的权益不能退回。',
  },
  {
    name: '手机话费 50 元直充',
    kind: 'direct_top_up',
    priceFen: 4_950,
    exchangeNotes: '兑换后填写手机号，即时到账，没有有效期限制。购买的权益不能退回。',
  },
  {
    name: '出行权益包',
    kind: 'rights_pack',
    priceFen: 9_900,
    days: 180,
    exchangeNotes: '含接送机与贵宾厅各一次，自入库起 180 天内有效。购买的权益不能退回。',
  },
  {
    name: '健康体检权益包',
    kind: 'rights_pack',
    priceFen: 29_900,
    days: 365,
    exchangeNotes: '含基础体检一次，自入库起 365 天内有效。购买的权益不能退回。',
  },
];

/**
 * Loads the demo data; what is there stays as it is, so it is safe to repeat, also on demo data of an earlier version.
 * True when anything was added.
 */
export async function seedDemo(db: Db): Promise<boolean> {
  return db.transaction(async (trx) => {
    // Two starts at once must not load it twice.
    await firstRow(trx, 'select pg_advisory_xact_lock(7461)');
    const furnished = await isThere(trx, 'select id from enterprises where id = :id', enterprises[0].id);
    if (!furnished) {
      await seedEnterprises(trx);
      await seedAccounts(trx);
      await seedBenefits(trx);
    }
    const joined = await seedMembers(trx);
    return !furnished || joined;
  });
}

async function isThere(trx: Trx, query: string, id: string): Promise<boolean> {
  return (await firstRow(trx, query, { id })) !== undefined;
}

/** The members' rows and points came after their accounts: an installation may have the one without the other. */
async function seedMembers(trx: Trx): Promise<boolean> {
  let added = false;
  for (const [index, { login, displayName, mallId }] of accounts.entries()) {
    if (mallId === undefined) continue;
    const [id, accountId] = [demoId('mem', index + 1), demoId('acc', index + 1)];
    if (await isThere(trx, 'select id from members where account_id = :id', accountId)) continue;
    await addMember(trx, { id, enterpriseId: enterprises[0].id, mallId, externalId: login, displayName, accountId });
    await adjustPoints(trx, {
      id: demoId('adj', index + 1),
      memberId: id,
      delta: openingPoints,
      reason: '演示积分',
    });
    added = true;
  }
  return added;
}

async function seedEnterprises(trx: Trx): Promise<void> {
  for (const { id, name, mall } of enterprises) {
    await addEnterprise(trx, { id, name });
    await addMall(trx, { ...mall, enterpriseId: id, limit: 3 });
    await post(trx, {
      source: id.replace('ent_', 'top_'),
      kind: 'top_up',
      lines: [
        { accountId: ledgerAccountId('funding', id), amount: -openingBalanceFen },
        { accountId: ledgerAccountId('balance', id), amount: openingBalanceFen },
      ],
    });
  }
}

async function seedAccounts(trx: Trx): Promise<void> {
  const passwordHash = await hash(demoPassword, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  for (const [index, { login, displayName, role, enterpriseId = null, mallId = null }] of accounts.entries())
    await addAccount(trx, {
      id: demoId('acc', index + 1),
      login,
      passwordHash,
      displayName,
      roles: [role],
      enterpriseId,
      mallId,
    });
}

async function seedBenefits(trx: Trx): Promise<void> {
  for (const [index, { days, ...benefit }] of benefits.entries())
    await addBenefit(trx, {
      id: demoId('ben', index + 1),
      ...benefit,
      validity: days === undefined ? null : { days },
    });
}

import { DomainError } from '../../domain/shared/errors';
import { commodityActions, refusedBy, type CommodityStanding } from '../../domain/stock/actions';
import { notFound } from '../../domain/stock/first-step';
import type { CommodityCategory } from '../../domain/stock/states';
import type { FirstStep, SecondStep } from '../../domain/stock/steps';
import { firstRow, type Queryable } from '../connection';
import { imagesOfEnterprise } from '../image/queries';
import { stateNow } from './queries';

/** @throws DomainError REFERENCE_NOT_FOUND at each image that is not the enterprise's */
export async function requireImages(
  db: Queryable,
  enterpriseId: string,
  step: Pick<FirstStep, 'coverImageId' | 'detailImageId'>,
): Promise<void> {
  const found = await imagesOfEnterprise(db, enterpriseId, [step.coverImageId, step.detailImageId]);
  const missing = (['coverImageId', 'detailImageId'] as const).filter((field) =>
    found.every(({ id }) => id !== step[field]),
  );
  if (missing.length > 0) throw notFound(missing.map((field) => ({ path: `/${field}`, message: 'no such image' })));
}

/**
 * What 完成 asks of the rows, also before the run is troubled.
 *
 * @throws DomainError TIME_PAST at /expiresAt, CODES_SHORT `{codes, needed}`
 */
export async function requireFacts(
  db: Queryable,
  of: { readonly commodityId: string; readonly category: CommodityCategory; readonly secondStep: SecondStep },
): Promise<void> {
  const { expiresAt, totalStock } = of.secondStep;
  // rule: expiry-lies-ahead
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
    throw new DomainError('TIME_PAST', {
      errors: [{ path: '/expiresAt', code: 'TIME_PAST', message: 'must lie ahead' }],
    });
  if (of.category === 'cdk') await requireCodes(db, of.commodityId, { needed: totalStock, path: '/totalStock' });
}

/** Stock never exceeds codes. @throws DomainError CODES_SHORT `{codes, needed}` */
export async function requireCodes(
  db: Queryable,
  commodityId: string,
  { needed, path }: { readonly needed: number; readonly path: '/totalStock' | '/by' },
): Promise<void> {
  const codes = await countCodes(db, commodityId);
  // rule: stock-has-codes
  if (codes < needed)
    throw new DomainError('CODES_SHORT', {
      codes,
      needed,
      errors: [{ path, code: 'CODES_SHORT', message: `there are ${codes} codes for ${needed} pieces` }],
    });
}

export async function countCodes(db: Queryable, commodityId: string): Promise<number> {
  const row = await firstRow<{ codes: number }>(
    db,
    'select count(*) as codes from commodity_codes where commodity_id = :commodityId',
    { commodityId },
  );
  return row?.codes ?? 0;
}

/** What decides which commands a commodity takes now, however it came into the stock. */
export async function commodityStandingOf(db: Queryable, commodityId: string): Promise<CommodityStanding> {
  const at = await firstRow<CommodityStanding>(
    db,
    `select ${stateNow} as state, source, category from commodities where id = :commodityId`,
    { commodityId },
  );
  if (at === undefined) throw new Error(`no commodity ${commodityId}`);
  return at;
}

/** Only CDK commodities have codes, as long as they may be sold. @throws DomainError NOT_CDK, WRONG_STATE */
export async function requireTakesCodes(db: Queryable, commodityId: string): Promise<void> {
  const at = await commodityStandingOf(db, commodityId);
  // rule: codes-of-cdk-commodities
  if (at.category !== 'cdk') throw new DomainError('NOT_CDK', { state: at.state, allowed: commodityActions(at) });
  if (!commodityActions(at).includes('codes')) throw refusedBy(at);
}

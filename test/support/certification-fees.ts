import { firstRow } from '../../db/connection';
import { openFee } from '../../db/seller/fee-repository';
import { resumeCase, type Resumed } from '../../runs/resume-case';
import { certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import { newAccount } from './accounts';
import { eventually } from './eventually';
import type { Body, HttpClient, Reply } from './http-client';
import type { Installation } from './installation';
import { isUnderWay } from './purchases';
import { sellerRows } from './sellers';

export interface PayingSeller {
  readonly sellerId: string;
  readonly client: HttpClient;
}

/** An account that has come as far as company information that is not accepted: rows only, no onboarding. */
export async function sellerBeforeFee(mallflow: Installation, login: string): Promise<PayingSeller> {
  const client = await newAccount(mallflow, { login, roles: [] });
  return { sellerId: await sellerRows(mallflow, client), client };
}

/** What accepting company information does: the first period is there, and then its run. */
export async function openFirstFee(mallflow: Installation, sellerId: string): Promise<string> {
  const feeId = await firstFeeRow(mallflow, sellerId);
  await resumeFee(mallflow, feeId);
  return feeId;
}

/** The first period, a moment before it has a run. */
export async function firstFeeRow(mallflow: Installation, sellerId: string): Promise<string> {
  const by = { actor: 'system', requestId: null };
  const { certificationFeeFen: amountFen } = mallflow.services.settings;
  const opening = { sellerId, amountFen, by, workflowIdOf: certificationFeeWorkflowId };
  return mallflow.database.db.transaction((trx) => openFee(trx, opening));
}

/** As the watchdog does where a run is gone. */
export function resumeFee({ services, database }: Installation, feeId: string): Promise<Resumed> {
  const at = { kind: 'certification_fee', subjectId: feeId, workflowId: certificationFeeWorkflowId(feeId) } as const;
  return resumeCase(database.db, services.gateway, { ...at, stuckCode: null }, services.settings);
}

export const feePath = (sellerId: string): string => `/v1/sellers/${sellerId}/certification-fee`;

export function payFee({ client, sellerId }: PayingSeller, key?: string): Promise<Reply> {
  const how = { method: 'wechat_native' };
  return client.post(`${feePath(sellerId)}/pay`, how, key === undefined ? {} : { key });
}

/** 立即缴纳, until there is a code to scan; the payment. */
export async function payableFee(seller: PayingSeller): Promise<Body> {
  const { status, body } = await eventually(
    () => payFee(seller),
    (reply) => !isUnderWay(reply) && (reply.status !== 200 || reply.body.payment?.codeUrl !== undefined),
  );
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body.payment;
}

/** Until the fee stands so. */
export function feeIs({ client, sellerId }: PayingSeller, state: string, withinMs?: number): Promise<Body> {
  return eventually(
    async () => (await client.get(feePath(sellerId))).body,
    (body) => body.state === state,
    withinMs,
  );
}

export interface Period {
  readonly id: string;
  readonly state: string;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

export function periodOf({ database }: Installation, sellerId: string, year: number): Promise<Period | undefined> {
  return firstRow<Period>(
    database.owner,
    `select id, state, valid_from as "validFrom", valid_until as "validUntil" from certification_fees
      where seller_id = :sellerId and year = :year`,
    { sellerId, year },
  );
}

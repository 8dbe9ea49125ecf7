import { z } from 'zod';
import { benefitKinds } from '../../domain/catalogue/benefit';
import { timelineText } from '../../domain/case/wording';
import { purchaseMachine, purchaseStates } from '../../domain/purchase/states';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { allowedCommands } from '../../domain/shared/state-machine';
import { caseEvents } from '../../db/case/queries';
import type { Db } from '../../db/connection';
import { paymentsOf } from '../../db/payment/queries';
import { purchaseById, type PurchaseRow } from '../../db/purchase/queries';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import { paymentSchema, renderPayment } from '../payment/render';

const summaryShape = {
  ...resourceShape,
  state: z.enum(purchaseStates),
  processId: z.string(),
  benefit: z.strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.enum(benefitKinds),
    priceFen: z.int(),
    validity: z.strictObject({ days: z.int() }).nullable(),
    exchangeNotes: z.string(),
  }),
  quantity: z.int(),
  unitPriceFen: z.int(),
  totalFen: z.int(),
  refundable: z.literal(false),
  expiresAt: isoTime,
  commodityId: z.string().optional(),
};

export const purchaseSummarySchema = z.strictObject(summaryShape);

/** `payments` lists what online channels were asked for, newest first; paying from the balance leaves none. */
export const purchaseSchema = z.strictObject({
  ...summaryShape,
  payments: z.array(paymentSchema),
  history: historySchema,
});

export function renderPurchaseSummary(row: PurchaseRow) {
  const { createdAt, updatedAt, commodityId, closing, ...rest } = row;
  return {
    ...rest,
    processId: processIdOf(row.id),
    refundable: false,
    expiresAt: iso(row.expiresAt),
    ...(commodityId === null ? {} : { commodityId }),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    actions: closing === null ? allowedCommands(purchaseMachine, row.state) : [],
  };
}

/** The order detail (订单详情): everything the confirmation page shows, and what happened so far. */
export async function renderPurchase(db: Db, row: PurchaseRow, language: Language) {
  const [events, payments] = await Promise.all([caseEvents(db, processIdOf(row.id)), paymentsOf(db, row.id)]);
  return {
    ...renderPurchaseSummary(row),
    payments: payments.map((payment) => renderPayment(payment)),
    history: events.map((event) => ({
      at: iso(event.at),
      actor: event.actor,
      text: timelineText({ kind: 'purchase', act: event.act, actorName: event.actorName }, language),
      from: event.from,
      to: event.to,
    })),
  };
}

export async function renderPurchaseById(db: Db, enterpriseId: string, id: string, language: Language) {
  const row = await purchaseById(db, enterpriseId, id);
  if (row === undefined) throw new Error(`purchase ${id} has an effect but no row`);
  return renderPurchase(db, row, language);
}

import { z } from 'zod';
import { reasonSchema } from '../../domain/operations/command-schemas';
import { draftReviewKinds } from '../../domain/review/states';
import { setTrust, trustOf } from '../../db/review/trust';
import type { SellerRow } from '../../db/seller/onboarding-queries';
import { iso, isoTime } from '../http/times';
import { route, type AnyRoute } from '../http/route';
import { visibleSeller } from '../seller/seller-command';
import type { Services } from '../services';

const trustSchema = z.strictObject({
  sellerId: z.string(),
  /** What of the seller's a policy may approve, and who said so. */
  kinds: z.array(
    z.strictObject({ kind: z.enum(draftReviewKinds), grantedBy: z.string(), grantedAt: isoTime, reason: z.string() }),
  ),
});

async function renderTrust({ db }: Pick<Services, 'db'>, { sellerId }: SellerRow) {
  const kinds = await trustOf(db, sellerId);
  return { sellerId, kinds: kinds.map(({ grantedAt, ...trust }) => ({ ...trust, grantedAt: iso(grantedAt) })) };
}

const look = route<undefined, unknown, SellerRow>({
  method: 'get',
  path: '/v1/sellers/:id/trust',
  summary: 'With which submissions operators trust a seller',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: trustSchema },
  handle: async ({ services, target }) => ({ status: 200, body: await renderTrust(services, target) }),
});

const trustBody = z.strictObject({
  /** All of them from now on; none takes the trust away. */
  kinds: z.array(z.enum(draftReviewKinds)).max(draftReviewKinds.length),
  reason: reasonSchema,
});

const trust = route<z.output<typeof trustBody>, unknown, SellerRow>({
  method: 'put',
  path: '/v1/sellers/:id/trust',
  summary: 'Let a policy approve what a seller submits, where no rule objects; or end that',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  find: visibleSeller,
  body: trustBody,
  answers: { 200: trustSchema },
  handle: async ({ services, principal, requestId, target, body }) => {
    const by = { actor: principal.accountId, requestId, reason: body.reason };
    const kinds = [...new Set(body.kinds)];
    await services.db.transaction((trx) => setTrust(trx, { sellerId: target.sellerId, kinds, by }));
    return { status: 200, body: await renderTrust(services, target) };
  },
});

export const trustRoutes: readonly AnyRoute[] = [look, trust];

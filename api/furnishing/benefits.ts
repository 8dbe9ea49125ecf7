import type { z } from 'zod';
import { benefitById, type BenefitRow } from '../../db/catalogue/queries';
import { offerBenefitAgain, takeDownBenefit } from '../../db/catalogue/take-down';
import type { Queryable, Trx } from '../../db/connection';
import { commandRequest, route, type AnyRoute } from '../http/route';
import { benefitSchema, renderBenefit } from '../mall/routes';
import { takeDownSchema } from '../market/taken-down';

type Act = (trx: Trx, change: Parameters<typeof takeDownBenefit>[1]) => Promise<void>;

/** The platform's own: an operator takes it from sale and puts it back. */
function offering(name: 'take-down' | 'offer-again', summary: string, act: Act): AnyRoute {
  return route<z.infer<typeof takeDownSchema>, undefined, BenefitRow>({
    method: 'post',
    path: `/v1/benefits/:id/${name}`,
    summary,
    tag: 'operators',
    access: ['operator'],
    idempotency: 'honoured',
    find: ({ services, params }) => benefitById(services.db, params['id'] ?? ''),
    body: takeDownSchema,
    answers: { 200: benefitSchema },
    handle: (call) => {
      const { services, principal, target, body, requestId } = call;
      const by = { actor: principal.accountId, requestId, reason: body.reason };
      return services.commands.inTransaction({
        ...commandRequest(call),
        status: 200,
        resourceId: target.id,
        work: (trx) => act(trx, { id: target.id, by }),
        render: (trx) => renderForOperators(trx, target),
      });
    },
  });
}

async function renderForOperators(db: Queryable, target: BenefitRow) {
  const row = (await benefitById(db, target.id)) ?? target;
  return { ...renderBenefit(row), actions: [row.takenDownAt === null ? 'take-down' : 'offer-again'] };
}

export const benefitOfferRoutes: readonly AnyRoute[] = [
  offering('take-down', 'Take a benefit out of the resource centre; open orders of it go on', takeDownBenefit),
  offering('offer-again', 'Put a benefit back into the resource centre', offerBenefitAgain),
];

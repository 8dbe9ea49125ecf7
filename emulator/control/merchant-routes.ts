import type { Router } from 'express';
import { z } from 'zod';
import type { Application, Applications } from '../merchants/applications';
import { emptyBody } from './schemas';

export interface MerchantControls {
  readonly applications: Applications;
}

const listQuery = z.strictObject({ reference: z.string().min(1).optional() });
const verifyBody = z.strictObject({
  amountFen: z.int().min(1).max(100_000).optional(),
  deadlineSeconds: z.int().min(-86_400).max(31_536_000).optional(),
});
const reasons = z
  .array(z.strictObject({ field: z.string().min(1).max(128), reason: z.string().min(1).max(500) }))
  .min(1)
  .max(50);
const rejectBody = z.strictObject({ reasons });

/** What the staff of both channels does with applications. */
export function merchantRoutes(router: Router, { applications }: MerchantControls): void {
  router.get('/merchant-applications', (request, response) => {
    const { reference } = listQuery.parse(request.query);
    // Our request number is the seller's id: so the platform wants it, and its staff finds them by it.
    const found = applications.all().filter(({ number }) => reference === undefined || number === reference);
    response.json({ items: found.map(told) });
  });
  const act = (word: string, work: (id: string, body: unknown) => Promise<Application>): void =>
    void router.post(`/merchant-applications/:id/${word}`, async (request, response) => {
      response.json(told(await work(request.params.id, request.body ?? {})));
    });
  const plain = (word: string, work: (id: string) => Promise<Application>): void =>
    act(word, (id, body) => {
      emptyBody.parse(body);
      return work(id);
    });
  act('verify-account', (id, body) => applications.verifyAccount(id, verifyBody.parse(body)));
  act('reject', (id, body) => applications.reject(id, rejectBody.parse(body).reasons));
  plain('remit', (id) => applications.remit(id));
  plain('approve', (id) => applications.approve(id));
  plain('sign', (id) => applications.sign(id));
  plain('freeze', (id) => applications.freeze(id));
  plain('thaw', (id) => applications.thaw(id));
}

/** The remittance too: its payer has to know it. */
function told({ id, channel, state, number, name, forms, remittance }: Application) {
  return {
    id,
    channel,
    state: state === 'checking' || state === 'auditing' ? 'in_review' : state,
    reference: number,
    name,
    forms,
    ...(remittance === null
      ? {}
      : { amountFen: remittance.amountFen, deadline: new Date(remittance.deadline).toISOString() }),
  };
}

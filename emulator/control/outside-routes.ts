import type { Router } from 'express';
import { z } from 'zod';
import type { Transfer, Transfers } from '../bank/transfers';
import type { ScanNotifier } from '../identity/notifier';
import type { Scans } from '../identity/scans';
import type { Messages } from '../messages/messages';
import { NotPossible } from '../not-possible';
import { enterpriseStates, type Registry } from '../registry/registry';
import { merchantRoutes, type MerchantControls } from './merchant-routes';
import { sent } from './payment-routes';
import { emptyBody, notifyBody } from './schemas';

export interface OutsideControls extends MerchantControls {
  readonly registry: Registry;
  readonly transfers: Transfers;
  readonly scans: Scans;
  readonly scanNotifier: ScanNotifier;
  readonly messages: Messages;
}

const transfersQuery = z.strictObject({ accountNumber: z.string().min(1).optional() });
const messagesQuery = z.strictObject({ to: z.string().min(1).optional() });
const settleBody = z.strictObject({ as: z.enum(['sent', 'failed']) });
const enterpriseBody = z.strictObject({
  name: z.string().min(1).max(256),
  legalRepresentative: z.string().max(256).default(''),
  state: z.enum(enterpriseStates),
});
const creditCode = z.string().regex(/^[0-9A-Z]{18}$/, '18 digits and capital letters');

/** What the register knows, what a bank has sent, whom a scan has seen, what was mailed. */
export function outsideRoutes(router: Router, controls: OutsideControls): void {
  registryRoutes(router, controls);
  transferRoutes(router, controls);
  scanRoutes(router, controls);
  merchantRoutes(router, controls);
  router.get('/messages', (request, response) => {
    const { to } = messagesQuery.parse(request.query);
    response.json({ items: controls.messages.sentTo(to).map(({ at, ...message }) => ({ ...message, at: time(at) })) });
  });
}

function registryRoutes(router: Router, { registry }: OutsideControls): void {
  router.get('/registry', (_request, response) => void response.json({ items: registry.all() }));
  router.put('/registry/:code', async (request, response) => {
    const code = creditCode.parse(request.params.code);
    const enterprise = enterpriseBody.parse(request.body ?? {});
    await registry.put(code, enterprise);
    response.json({ code, ...enterprise });
  });
  router.delete('/registry/:code', async (request, response) => {
    await registry.forget(creditCode.parse(request.params.code));
    response.status(204).end();
  });
}

function transferRoutes(router: Router, { transfers, applications }: OutsideControls): void {
  router.get('/transfers', (request, response) => {
    const { accountNumber } = transfersQuery.parse(request.query);
    // What an account is asked to remit, to prove whose it is, is seen with what it received.
    const items = [...transfers.arrivedOn(accountNumber), ...applications.remittancesOf(accountNumber)];
    response.json({ items: items.sort((one, other) => other.at - one.at).map(arrived) });
  });
  router.get('/transfers/orders', (_request, response) => {
    const items = transfers.all().map((transfer) => {
      return { reference: transfer.reference, state: transfer.state, ...arrived(transfer) };
    });
    response.json({ items });
  });
  router.post('/transfers/:reference/settle', async (request, response) => {
    const { as } = settleBody.parse(request.body ?? {});
    const { reference, state } = await transfers.settle(request.params.reference, as);
    response.json({ reference, state });
  });
}

function scanRoutes(router: Router, { scans, scanNotifier }: OutsideControls): void {
  router.get('/verifications', (_request, response) => {
    const items = scans.all().map(({ reference, enterpriseName, state, scanUrl, at }) => {
      return { reference, enterpriseName, state, scanUrl, at: time(at) };
    });
    response.json({ items });
  });
  for (const [word, state] of [
    ['pass', 'passed'],
    ['fail', 'failed'],
  ] as const) {
    router.post(`/verifications/:reference/${word}`, async (request, response) => {
      emptyBody.parse(request.body ?? {});
      const scan = await scans.answer(request.params.reference, state);
      response.json({ reference: scan.reference, state: scan.state });
    });
  }
  router.post('/verifications/:reference/notify', async (request, response) => {
    const { times, delayMs } = notifyBody.parse(request.body ?? {});
    const { notifyUrl, reference, state } = scans.answered(request.params.reference);
    if (notifyUrl === '') throw new NotPossible(409, 'nobody wants to be told');
    const answers = await sent(() => scanNotifier.repeat(notifyUrl, reference, state, times), delayMs);
    response.json({ times, answers });
  });
}

const time = (ms: number): string => new Date(ms).toISOString();
const arrived = ({ accountNumber, amountFen, at }: Pick<Transfer, 'accountNumber' | 'amountFen' | 'at'>) => ({
  accountNumber,
  amountFen,
  at: time(at),
});

import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type ReplayResult,
  type ReplayWorkerOptions,
} from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { merchantMachine } from '../../domain/merchant/states';
import { paymentMachine } from '../../domain/payment/states';
import { purchaseMachine } from '../../domain/purchase/states';
import { reviewMachine } from '../../domain/review/states';
import { feeMachine } from '../../domain/seller/fee-states';
import { onboardingMachine } from '../../domain/seller/onboarding-states';
import { allocationMachine } from '../../domain/stock/allocation-states';
import { commodityMachine } from '../../domain/stock/states';
import { keptHistories, stepsOf, type KeptHistory, type KeptStep } from './kept-histories';

/** What `npm run build` made: the bundle that is tested is the bundle that runs. */
const codePath = join(__dirname, '..', '..', 'dist', 'workflow-bundle.js');
const histories = keptHistories();
const logger = new DefaultLogger('ERROR');

async function replay(workflowBundle: NonNullable<ReplayWorkerOptions['workflowBundle']>): Promise<ReplayResult[]> {
  const kept = histories.map(({ name, json }) => ({ workflowId: name, history: json }));
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, kept)) results.push(result);
  return results;
}

/** The edges of the tables a step walks to `state`: payment and stocking are one transaction, hence two edges. */
function edgesOf({ activity, state, commands }: KeptStep): string[] {
  switch (`${activity} → ${state ?? ''}`) {
    case 'payFromBalance → stocked':
      return ['awaiting_payment.pay', 'paid.stock'];
    case 'cancelPurchase → cancelled':
      return ['awaiting_payment.cancel'];
    case 'expirePurchase → expired':
      return ['awaiting_payment.expire'];
    case 'closeOrderDetail → closed':
      return [commands.includes('close') ? 'stocked.close' : 'stocked.close_unattended'];
    case 'completeCommodity → online':
      return ['draft.complete'];
    case 'discardCommodity → discarded':
      return ['draft.discard'];
    case 'remindOrExpireDraft → draft':
      return ['draft.remind'];
    case 'remindOrExpireDraft → expired':
      return ['draft.expire_draft'];
    case 'confirmAllocation → confirmed':
      return ['awaiting_confirmation.confirm'];
    case 'cancelAllocation → cancelled':
      return ['awaiting_confirmation.cancel'];
    case 'expireAllocation → expired':
      return ['awaiting_confirmation.expire'];
    default:
      return [];
  }
}

/** What the rows told where they were asked, else what the steps of the history say. */
function walkedIn(history: KeptHistory): readonly string[] {
  return history.walked ?? stepsOf(history).flatMap(edgesOf);
}

/** Nobody can get there. */
const unreachable = [
  // An order that a payment may still pay waits for it, so none is too late before the payment is over.
  ...['created.return_late', 'awaiting_payer.return_late'],
  // Where all has gone back nothing is left for an operator to give.
  'refunded.refund',
  // What is waited for there is the seller's alone, and has no deadline.
  'certification_fee.turn_passes',
  // Who asks again is given the payment that is open.
  'paying.pay',
  // The row claims it first.
  'waiting.decide',
];

/** Of a commodity, the run lives through what happens to the draft; the rest is one transaction each, without it. */
const tables: Readonly<Record<string, readonly string[]>> = {
  purchase: edgesIn(purchaseMachine.transitions),
  payment: edgesIn(paymentMachine.transitions),
  'commodity-add': edgesIn({ draft: commodityMachine.transitions.draft }).filter(
    (edge) => edge !== 'draft.edit' && edge !== 'draft.codes',
  ),
  'stock-allocation': edgesIn(allocationMachine.transitions),
  'seller-onboarding': edgesIn(onboardingMachine.transitions),
  'certification-fee': edgesIn(feeMachine.transitions),
  // Where a channel says what it said before, nothing moves.
  'merchant-id': edgesIn(merchantMachine.transitions, (from, to) => from !== to),
  review: edgesIn(reviewMachine.transitions),
};

function edgesIn(
  transitions: Readonly<Record<string, Readonly<Record<string, string>>>>,
  leads: (from: string, to: string) => boolean = () => true,
): string[] {
  return Object.entries(transitions)
    .flatMap(([from, acts]) => Object.entries(acts).map(([act, to]) => ({ edge: `${from}.${act}`, from, to })))
    .filter(({ edge, from, to }) => leads(from, to) && !unreachable.includes(edge))
    .map(({ edge }) => edge);
}

const withStep = (is: (step: KeptStep) => boolean): KeptHistory[] =>
  histories.filter((history) => stepsOf(history).some(is));
const withEvent = (type: string): KeptHistory[] =>
  histories.filter(({ events }) => events.some((event) => event.type === type));

describe('kept histories', () => {
  let asTheyAre: ReplayResult[];
  let incompatible: ReplayResult[];
  beforeAll(async () => {
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
    const workflowsPath = require.resolve('./incompatible-workflows');
    // Side by side: each keeps one core busy.
    [asTheyAre, incompatible] = await Promise.all([
      replay({ codePath }),
      bundleWorkflowCode({ workflowsPath, logger }).then(replay),
    ]);
  });

  it('replay with the workflows as they are now', () => {
    expect(asTheyAre.map(({ workflowId }) => workflowId)).toEqual(histories.map(({ name }) => name));
    expect(asTheyAre.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('every one of them refuses an incompatible change', () => {
    expect(incompatible).toHaveLength(histories.length);
    for (const { error } of incompatible) expect(error).toBeInstanceOf(DeterminismViolationError);
  });

  it.each(Object.keys(tables))("walk each edge of %s's table", (kind) => {
    const ofKind = histories.filter(({ workflowId }) => workflowId.startsWith(`${kind}:`));
    const walked = new Set(ofKind.flatMap(walkedIn));
    expect([...walked].sort()).toEqual([...(tables[kind] ?? [])].sort());
  });

  it('hold a timed-out workflow task, after which the run went on to its end', () => {
    const kept = withEvent('WORKFLOW_TASK_TIMED_OUT');
    expect(kept.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['purchase-task-timed-out', 'payment-task-timed-out']),
    );
    for (const { events } of kept) {
      expect(events.find(({ type }) => type === 'WORKFLOW_TASK_TIMED_OUT')?.attributes.timeoutType).toBe(
        'TIMEOUT_TYPE_START_TO_CLOSE',
      );
      expect(events.at(-1)?.type).toBe('WORKFLOW_EXECUTION_COMPLETED');
    }
  });

  it('hold a step that failed quickly and was done patiently', () => {
    const [kept] = withStep(({ quick, activity }) => !quick && activity === 'payFromBalance');
    const [failed, patient] = stepsOf(kept!).filter(({ activity }) => activity === 'payFromBalance');
    expect([failed, patient]).toMatchObject([
      { quick: true, state: null },
      { quick: false, state: 'stocked' },
    ]);
  });

  it('hold a payment whose channel was called again in vain, and one that a second run took up', () => {
    const calls = (name: string, activity: string) =>
      histories
        .filter((kept) => kept.name === name)
        .flatMap(stepsOf)
        .filter((step) => step.activity === activity).length;
    expect(calls('payment-paid-before-the-answer', 'askForPayment')).toBeGreaterThan(1);
    const [first] = stepsOf(histories.find(({ name }) => name === 'payment-resumed')!);
    expect(first).toMatchObject({ activity: 'loadPayment', state: 'awaiting_payer' });
  });

  it('hold a reload that moved the run, and a run that went on from a paid row', () => {
    expect(withEvent('WORKFLOW_EXECUTION_SIGNALED').map(({ name }) => name)).toContain('purchase-reloaded');
    const reloaded = withStep(({ activity, state }) => activity === 'loadPurchase' && state === 'stocked');
    expect(reloaded.map(({ name }) => name)).toEqual(['purchase-paid-online', 'purchase-reloaded']);
    expect(withStep(({ activity, state }) => activity === 'openPurchase' && state === 'stocked')).toHaveLength(1);
  });

  it.each(histories)('$name tells nothing of the machine it was recorded on', ({ json, text }) => {
    const identities = text.match(/"identity": .*/g) ?? [];
    expect(identities.filter((line) => !/^"identity": "recorder",?$/.test(line))).toEqual([]);
    expect(text).not.toContain('stackTrace');
    const told = [...new Set(stringsIn(json))].filter((said) => ofAMachine.some((pattern) => pattern.test(said)));
    expect(told).toEqual([]);
  });
});

/** A process at a host, a place in a source file, an absolute path. */
const ofAMachine = [/^\d+@|\d+-[\w.-]+-record/, /\.[cm]?[jt]s:\d+/, /(?:^|[\s("'])\/[\w.-]+\/[\w.-]+/];

/** Every text in a history, payloads decoded. */
function stringsIn(node: unknown, key = ''): string[] {
  if (typeof node === 'string') return [key === 'data' ? Buffer.from(node, 'base64').toString('utf8') : node];
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([name, value]) => stringsIn(value, name));
}

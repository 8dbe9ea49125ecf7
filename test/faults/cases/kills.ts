import { verifyOnce, workflowIdOf, channelSteps, commandSteps, steps, stepsOfSellers, type Step } from '../actions';
import { eventsOfRun, mostTries, taskTimedOut } from '../history';
import { strike, type CutWire, type Evidence, type Moment, type Target } from '../rounds';
import { expectEverythingSound } from '../invariants';
import type { Strikes } from '../strikes';
import { until } from '../until';
import type { World } from '../world';

/** A round kills one process, or cuts one wire, once while each step of a purchase stands at the same moment. */
export interface Round {
  readonly target: Target;
  readonly moment: Moment;
}

const bothMoments = (target: Target): Round[] => [
  { target, moment: 'before' },
  { target, moment: 'after' },
];

export const kills: readonly Round[] = (['worker', 'api', 'temporal', 'postgres', 'emulator'] as const).flatMap(
  bothMoments,
);

/** Each process at each step, for the quick set; the rest of the matrix runs with the full one. */
export const quickKills: readonly Round[] = [
  { target: 'worker', moment: 'before' },
  { target: 'worker', moment: 'after' },
  { target: 'api', moment: 'after' },
  { target: 'temporal', moment: 'before' },
  { target: 'postgres', moment: 'before' },
  { target: 'emulator', moment: 'before' },
];

export const cuts: readonly Round[] = (
  ['apiToTemporal', 'workerToTemporal', 'apiToPostgres', 'workerToPostgres', 'workerToChannel'] as const
).flatMap(bothMoments);

/** The clock's steps do not pass through the API, and others know nothing of the channel. */
function stepsOf({ target }: Round): readonly Step[] {
  if (target.startsWith('api')) return commandSteps;
  return target === 'emulator' || target === 'workerToChannel' ? channelSteps : steps;
}

/** What a payment does at its channel, of each sort one: the rest is struck with the full matrix. */
const fullOnly: readonly Step[] = [
  'ask',
  'beTold',
  'closeByCancel',
  'closeByExpiry',
  'switchToBalance',
  'giveBackDuplicate',
];

export function isQuick(step: Step): boolean {
  return !fullOnly.includes(step) && (!isSellers(step) || quickOfSellers.includes(step));
}

/** One command that sets others going, one call of an outside party, one clock; the rest with the full matrix. */
const quickOfSellers: readonly Step[] = ['submitVerification', 'sendTransfer', 'proofOver'];

export function isSellers(step: Step): boolean {
  return stepsOfSellers.includes(step);
}

export function killCases(
  world: () => World,
  strikes: Strikes,
  chosen: readonly Round[],
  isStruck: (step: Step) => boolean = () => true,
): void {
  describe.each(chosen)('the end of $target, $moment the effect', (round) => {
    let seen: ReadonlyMap<Step, Evidence>;
    let before: Seen;
    beforeAll(async () => {
      await world().restore();
      before = seenOf(world(), round.target);
      seen = await strike(world(), { ...round, steps: stepsOf(round).filter(isStruck) });
    });

    afterAll(async () => {
      await world().restore();
      await expectEverythingSound(world());
    });

    for (const step of stepsOf(round).filter(isStruck)) {
      it(
        `${step}: once, and its caller is told`,
        strikes.case(async (struck) => {
          const evidence = seen.get(step);
          if (evidence === undefined) throw new Error('the round did not get here');
          struck(proofOf(evidence, round));
          expectWiresNoticed(before, seenOf(world(), round.target), round.target);
          await verifyOnce(world(), evidence.action);
          if (round.target === 'worker') await expectTimedOutTask(world(), evidence, round.moment);
        }),
      );
    }
  });
}

/** What shows that the kill hit this step at this moment; a miss fails the case. */
function proofOf(evidence: Evidence, { moment }: Round): string {
  const { action, answered, hadClaim, hadEffect, hadOutcome, wasWaiting } = evidence;
  // Nobody may have been told: then the kill would have come too late.
  expect(answered?.status ?? 'no answer').not.toBe(200);
  expect(answered?.status ?? 'no answer').not.toBe(201);
  if (action.call !== null) expect(hadClaim).toBe(true);
  expect(hadOutcome).toBe(false);
  expect(hadEffect).toBe(moment === 'after');
  if (moment === 'after') return 'committed, and nobody was told';
  expect(wasWaiting).toBe(true);
  return 'its transaction waited, without effect';
}

/**
 * The dead worker's task is in the history of the run. Not that of a command: the engine keeps the task of an update to
 * itself until it is done, so a committed effect that nobody was told of is the proof there.
 */
async function expectTimedOutTask(world: World, { action }: Evidence, moment: Moment): Promise<void> {
  if (moment === 'before' || action.trace === 'none' || (action.status !== 201 && action.call !== null)) return;
  const workflowId = await workflowIdOf(action);
  // The row tells of the effect at once, the engine of the end only when the task's own time is over.
  await until(`the engine noticed the worker's end in ${workflowId}`, async () =>
    action.trace === 'activity'
      ? (await mostTries(world, workflowId)) > 1
      : (await eventsOfRun(world, workflowId)).includes(taskTimedOut),
  );
}

interface Seen {
  readonly refused: number;
  readonly cut: number;
}

function seenOf({ wires }: World, target: Target): Seen {
  const refused = wires.apiCalls.seen.refused + wires.workerCalls.seen.refused;
  const cut = target in wires ? wires[target as CutWire].seen.cut : 0;
  return { refused, cut };
}

/** A server that is away refuses its clients, and a cut wire had connections to end. */
function expectWiresNoticed(before: Seen, after: Seen, target: Target): void {
  if (target === 'temporal') expect(after.refused).toBeGreaterThan(before.refused);
  if (target.includes('To')) expect(after.cut).toBeGreaterThan(before.cut);
}

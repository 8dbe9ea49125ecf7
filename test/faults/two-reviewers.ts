import { randomUUID } from 'node:crypto';
import { rows } from '../../db/connection';
import type { HttpClient } from '../support/http-client';
import type { Installation } from '../support/installation';
import { accountIdOf, beginReview, sellerOf } from '../support/reviews';
import { newAccount } from '../support/accounts';
import { insist, nameOf } from './insist';
import { randomOf, type Random } from './random';

/** Of one reviewer at a time, as many requests are under way. */
const underWay = 4;

interface Verdict {
  readonly name: string;
  readonly accountId: string;
}

interface Deciding {
  readonly mallflow: Installation;
  readonly reviews: readonly string[];
  readonly login: string;
  /** Each reviewer decides otherwise, so that what came about tells whose decision it was. */
  readonly outcome: 'approve' | 'reject';
  readonly random: Random;
}

async function inParallel<T>(work: readonly T[], atOnce: number, each: (one: T) => Promise<void>): Promise<void> {
  const left = [...work];
  const hand = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await each(next);
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const left = [...all];
  return all.map(() => left.splice(random.between(0, left.length), 1)[0] as T);
}

async function claimAndDecide(reviewer: HttpClient, id: string, { outcome, random }: Deciding): Promise<string> {
  const call = async (command: string, body?: object) => {
    const key = randomUUID();
    return nameOf((await insist(() => reviewer.post(`/v1/reviews/${id}/${command}`, body, { key }))).reply);
  };
  if (random.between(0, 3) === 0) await call('claim');
  return call('decide', outcome === 'reject' ? { outcome, note: '不予通过' } : { outcome });
}

/** Goes through all reviews, and tells what each decision was answered. */
async function decideAll(deciding: Deciding): Promise<ReadonlyMap<string, Verdict>> {
  const reviewer = await deciding.mallflow.as(deciding.login);
  const accountId = await accountIdOf(reviewer);
  const told = new Map<string, Verdict>();
  await inParallel(deciding.reviews, underWay, async (id) => {
    told.set(id, { name: await claimAndDecide(reviewer, id, deciding), accountId });
  });
  return told;
}

interface Outcome {
  readonly id: string;
  readonly state: string;
  readonly assignee: string;
  readonly outcome: string;
  /** What the decision meant for what was submitted. */
  readonly form: string;
  readonly decisions: number;
  readonly notices: number;
}

function outcomes({ database }: Installation): Promise<Outcome[]> {
  return rows<Outcome>(
    database.db,
    `select r.id, r.state, r.assignee, d.outcome, f.state as form,
            (select count(*) from case_events e join process_cases c on c.id = e.case_id
              where c.subject_id = r.id and e.act = 'decide') as decisions,
            (select count(*) from notices n where n.subject_id = r.id and n.kind like 'review_%ed') as notices
       from reviews r join review_decisions d on d.id = r.decision_id
            join reviewed_forms f on f.id = r.submission_id`,
  );
}

/**
 * Two reviewers decide so many submissions at once: in two orders of chance, and a fifth of them at the very same
 * moment. Each is decided exactly once, by the one who was told so; the other is told why not.
 */
export async function twoReviewersDecide(mallflow: Installation, count: number): Promise<void> {
  const seller = await newAccount(mallflow, { login: 'many@test', roles: [] });
  const sellerId = await sellerOf(mallflow.database, await accountIdOf(seller));
  const reviews: string[] = [];
  await inParallel(
    Array.from({ length: count }, (_, at) => at),
    8,
    async () => {
      reviews.push((await beginReview(mallflow, sellerId)).reviewId);
    },
  );
  const same = shuffled(reviews, randomOf('same')).slice(0, count / 5);
  const [one, two] = await Promise.all(
    (['approve', 'reject'] as const).map((outcome, at) => {
      const random = randomOf(`reviewer ${at}`);
      const others = reviews.filter((id) => !same.includes(id));
      const login = at === 0 ? 'reviewer@demo' : 'reviewer2@demo';
      return decideAll({ mallflow, login, outcome, random, reviews: [...same, ...shuffled(others, random)] });
    }),
  );
  const decided = await outcomes(mallflow);
  expect(decided).toHaveLength(count);
  for (const { id, ...came } of decided) {
    const told = [one?.get(id), two?.get(id)];
    const won = told.findIndex((verdict) => verdict?.name === '200');
    expect([id, told[won]?.name, ['409 ALREADY_DECIDED', '409 CLAIMED_BY_OTHER']]).toEqual([
      ...[id, '200', expect.arrayContaining([told[1 - won]?.name])],
    ]);
    const outcome = won === 0 ? 'approve' : 'reject';
    expect({ id, ...came }).toEqual({
      ...{ id, state: 'decided', assignee: told[won]?.accountId, outcome, form: outcome },
      ...{ decisions: 1, notices: 1 },
    });
  }
}

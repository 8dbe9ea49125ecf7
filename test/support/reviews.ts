import { randomUUID } from 'node:crypto';
import type { ReviewSubject, ReviewSubjects } from '../../db/review/subjects';
import { openReview } from '../../db/review/repository';
import { firstRow, run, type Queryable } from '../../db/connection';
import { addNotice } from '../../db/notice/repository';
import { newId } from '../../db/new-id';
import { addSeller } from '../../db/seller/repository';
import { sellerIdOf } from '../../domain/shared/ids';
import { caseStarts } from '../../temporal/starts';
import { reviewWorkflowId, type ReviewPolicy } from '../../workflows/review/contract';
import { eventually } from './eventually';
import type { TestDatabase } from './database';
import type { HttpClient } from './http-client';
import type { Installation } from './installation';

/** A form of two fields that is judged in tests, in a table of its own: what a kind of submission is to its review. */
export interface Form {
  readonly shortName: string;
  readonly phone: string;
}

const shortForm: Form = { shortName: '星河', phone: '13800001234' };

interface FormRow {
  readonly id: string;
  readonly sellerId: string;
  readonly form: Form;
  readonly state: 'submitted' | 'in_review' | 'approve' | 'request_changes' | 'reject' | 'withdrawn';
  readonly reasons: unknown;
}

export async function formOf(db: Queryable, id: string): Promise<FormRow> {
  const row = await firstRow<FormRow>(
    db,
    `select id, seller_id as "sellerId", form, state, reasons from reviewed_forms where id = :id`,
    { id },
  );
  if (row === undefined) throw new Error(`no form ${id}`);
  return row;
}

const formSubject: ReviewSubject = {
  lock: (trx, id) => run(trx, 'select from reviewed_forms where id = :id for no key update', { id }),
  itemsOf: async (db, id) => {
    const { shortName, phone } = (await formOf(db, id)).form;
    return [
      { item: '/shortName', label: { zh: '简称', en: 'Short name' }, value: shortName },
      { item: '/phone', label: { zh: '电话', en: 'Phone' }, value: phone, masked: `****${phone.slice(-4)}` },
    ];
  },
  previousOf: async (db, id) => {
    const before = await firstRow<{ id: string }>(
      db,
      `select b.id from reviewed_forms b join reviewed_forms f on f.seller_id = b.seller_id
        where f.id = :id and b.id < f.id order by b.id desc limit 1`,
      { id },
    );
    return before?.id ?? null;
  },
  onOpened: async (trx, { submissionId: id }) => {
    const opened = `update reviewed_forms set state = 'in_review' where id = :id and state = 'submitted' returning id`;
    return (await firstRow(trx, opened, { id })) !== undefined;
  },
  onDecided: async (trx, { submissionId: id, outcome, reasons }) => {
    await run(trx, 'update reviewed_forms set state = :outcome, reasons = :reasons::jsonb where id = :id', {
      ...{ id, outcome },
      reasons: JSON.stringify(reasons),
    });
  },
  ownCompany: async (db, id, accountId) => {
    const own = `select s.id from sellers s join reviewed_forms f on f.seller_id = s.id
                  where f.id = :id and s.account_id = :accountId`;
    return (await firstRow(db, own, { id, accountId })) !== undefined;
  },
};

/** Of a kind the product itself does not review yet. */
export const formSubjects: ReviewSubjects = { shop: formSubject };

export async function createForms({ owner }: Pick<TestDatabase, 'owner'>): Promise<void> {
  await run(
    owner,
    `create table reviewed_forms (id text primary key, seller_id text not null references sellers,
       form jsonb not null, state text not null, reasons jsonb)`,
  );
  await run(owner, 'grant select, insert, update on reviewed_forms to mallflow_app');
}

export async function accountIdOf(client: HttpClient): Promise<string> {
  return (await client.get('/v1/me')).body.id as string;
}

/** Tells the account something; the id of the notice. */
export async function noticeOf({ db }: Pick<TestDatabase, 'db'>, accountId: string): Promise<string> {
  const once = randomUUID();
  const params = { kind: 'shop' };
  await db.transaction((trx) =>
    addNotice(trx, { accountId, kind: 'review_approved', subjectId: 'rev_1', params, once }),
  );
  const told = await firstRow<{ id: string }>(db, 'select id from notices where once = :once', { once });
  return told?.id ?? '';
}

/** The account becomes a seller, as far as rows go. */
export async function sellerOf({ db }: Pick<TestDatabase, 'db'>, accountId: string): Promise<string> {
  const sellerId = sellerIdOf(newId('onboarding'));
  await db.transaction((trx) => addSeller(trx, { sellerId, accountId }));
  return sellerId;
}

export async function submit(
  { db }: Pick<TestDatabase, 'db'>,
  sellerId: string,
  changed: Partial<Form> = {},
): Promise<string> {
  const id = newId('companyInformation');
  await run(db, `insert into reviewed_forms (id, seller_id, form, state) values (:id, :sellerId, :form, 'submitted')`, {
    ...{ id, sellerId },
    form: JSON.stringify({ ...shortForm, ...changed }),
  });
  return id;
}

interface Reviewed {
  readonly reviewId: string;
  readonly submissionId: string;
}

/** A review without any run, opened by its repository: for reads, refusals and races of rows. */
export async function reviewRows(
  database: Pick<TestDatabase, 'db'>,
  sellerId: string,
  options: { readonly dueInMs?: number; readonly submissionId?: string } = {},
): Promise<Reviewed> {
  const submissionId = options.submissionId ?? (await submit(database, sellerId));
  const reviewId = newId('review');
  const opening = { reviewId, kind: 'shop', submissionId, sellerId, caseWorkflowId: 'nobody' } as const;
  const times = { dueInWorkingDays: 7, dueInMs: options.dueInMs ?? null };
  await database.db.transaction((trx) =>
    openReview(trx, { ...opening, ...times, workflowId: reviewWorkflowId(submissionId) }, formSubjects),
  );
  return { reviewId, submissionId };
}

/** A review with its run, as the case that waits for it begins one. */
export async function beginReview(
  mallflow: Pick<Installation, 'database' | 'services'>,
  sellerId: string,
  options: {
    readonly policy?: Partial<ReviewPolicy>;
    readonly caseWorkflowId?: string;
    readonly form?: Partial<Form>;
  } = {},
): Promise<Reviewed> {
  const { gateway, settings } = mallflow.services;
  const submissionId = await submit(mallflow.database, sellerId, options.form);
  const reviewId = newId('review');
  const policies = { ...settings.policies, review: { ...settings.policies.review, ...options.policy } };
  const caseWorkflowId = options.caseWorkflowId ?? 'nobody';
  const input = { reviewId, kind: 'shop', submissionId, sellerId, caseWorkflowId } as const;
  await gateway.resume(caseStarts.review(input, { ...settings, policies }));
  await eventually(
    () => formOf(mallflow.database.db, submissionId),
    ({ state }) => state === 'in_review',
  );
  return { reviewId, submissionId };
}

/** What the calendar would bring days later has come now: the reminder at half time, or the deadline. */
export async function comeTime(
  { database, services }: Pick<Installation, 'database' | 'services'>,
  { reviewId, submissionId }: Reviewed,
  time: 'remind_at' | 'due_at',
): Promise<void> {
  await run(database.db, `update reviews set ${time} = now() where id = :reviewId`, { reviewId });
  await services.gateway.reload(reviewWorkflowId(submissionId));
}

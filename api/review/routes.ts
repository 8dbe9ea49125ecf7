import { z } from 'zod';
import { decideReviewSchema, reassignReviewSchema } from '../../domain/review/schemas';
import { reviewKinds, reviewStates } from '../../domain/review/states';
import { listReviews, reviewById, type ReviewRow } from '../../db/review/queries';
import { acceptedSchema } from '../http/answers';
import { flagFilter, isCursorOf, listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { route, type AnyRoute, type Sighting } from '../http/route';
import { claim, decide, reassign, release } from './commands';
import { renderReviewDetail, reviewDetailSchema } from './detail';
import { renderReviewSummary, reviewStandingSchema, reviewSummarySchema } from './render';
import { trustRoutes } from './trust';

/** Reviewers belong to no tenant: they see what any seller submitted. */
function findReview({ services, params }: Sighting): Promise<ReviewRow | undefined> {
  return reviewById(services.db, params['id'] ?? '');
}

const reviewsQuery = listQuery(
  {
    kind: z.enum(reviewKinds).optional(),
    state: z.enum(reviewStates).optional(),
    assignee: textFilter.optional(),
    overdue: flagFilter.optional(),
    sort: z.enum(['dueAt']).optional(),
  },
  'id',
  'time',
).refine(
  // rule: cursor-is-of-the-order
  ({ sort, cursor }) => cursor === undefined || isCursorOf(sort === 'dueAt' ? 'time' : 'id', cursor),
  { path: ['cursor'], error: 'not a cursor of this order' },
);

const list = route({
  method: 'get',
  path: '/v1/reviews',
  summary: 'What waits for a reviewer, and what was decided; newest first, or by due time',
  tag: 'reviewers',
  access: ['reviewer', 'operator'],
  idempotency: 'none',
  query: reviewsQuery,
  answers: { 200: listSchema(reviewSummarySchema) },
  handle: async ({ services, principal, query }) => {
    const { kind = null, state = null, overdue = null } = query;
    const assignee = query.assignee === 'me' ? principal.accountId : (query.assignee ?? null);
    const request = { ...pageRequest(query), byDueTime: query.sort === 'dueAt' };
    const page = await listReviews(services.db, { kind, state, assignee, overdue }, request);
    const items = await Promise.all(page.items.map((row) => renderReviewSummary(services, row, principal)));
    return { status: 200, body: listAnswer({ ...page, items }, (item) => item) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/reviews/:id',
  summary: 'The submission as it was submitted, item by item; looking at it is audited',
  tag: 'reviewers',
  access: ['reviewer', 'operator'],
  idempotency: 'none',
  find: findReview,
  query: z.strictObject({}),
  answers: { 200: reviewDetailSchema },
  handle: async (call) => ({
    status: 200,
    body: await renderReviewDetail(call.services, call.target, call),
    headers: { 'Cache-Control': 'no-store' },
  }),
});

const answers = { 200: reviewStandingSchema, 202: acceptedSchema };

const claiming = route({
  method: 'post',
  path: '/v1/reviews/:id/claim',
  summary: 'Take a review on',
  tag: 'reviewers',
  access: ['reviewer'],
  idempotency: 'honoured',
  find: findReview,
  answers,
  handle: claim,
});

const releasing = route({
  method: 'post',
  path: '/v1/reviews/:id/release',
  summary: 'Give a claimed review back to the queue',
  tag: 'reviewers',
  access: ['reviewer'],
  idempotency: 'honoured',
  find: findReview,
  answers,
  handle: release,
});

const reassigning = route({
  method: 'post',
  path: '/v1/reviews/:id/reassign',
  summary: 'Give a review to another reviewer',
  tag: 'reviewers',
  access: ['reviewer', 'operator'],
  idempotency: 'honoured',
  find: findReview,
  body: reassignReviewSchema,
  answers,
  handle: reassign,
});

const deciding = route({
  method: 'post',
  path: '/v1/reviews/:id/decide',
  summary: 'Decide, with a verdict per item; reasons land at the seller’s fields',
  tag: 'reviewers',
  access: ['reviewer'],
  idempotency: 'honoured',
  find: findReview,
  body: decideReviewSchema,
  answers,
  handle: decide,
});

export const reviewRoutes: readonly AnyRoute[] = [
  ...[list, detail, claiming, releasing, reassigning, deciding],
  ...trustRoutes,
];

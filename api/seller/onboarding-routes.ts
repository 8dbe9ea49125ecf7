import { z } from 'zod';
import { agreementSchema } from '../../domain/seller/agreement-schemas';
import { DomainError } from '../../domain/shared/errors';
import { newId } from '../../db/new-id';
import { requireAgreement } from '../../db/seller/agreements';
import {
  listOnboardings,
  onboardingById,
  onboardingOfAccount,
  type OnboardingRow,
} from '../../db/seller/onboarding-queries';
import { caseStarts } from '../../temporal/starts';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { acceptedSchema } from '../http/answers';
import { listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute, type Sighting } from '../http/route';
import { onboardingSchema, readinessSchema, renderOnboarding, renderReadiness } from './render';
import { visibleSeller } from './seller-command';

/** Whose onboardings the caller may see: its own; operators see all. */
function visibleTo({ principal }: Pick<Sighting, 'principal'>): string | null {
  return principal.roles.includes('operator') ? null : principal.accountId;
}

const begin = route({
  method: 'post',
  path: '/v1/seller-onboardings',
  summary: 'Begin to become a seller (卖家入驻) by accepting the agreement',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  body: agreementSchema,
  answers: { 201: onboardingSchema, 202: acceptedSchema },
  handle: (call) => {
    const { services, principal, body, requestId, language } = call;
    const { db, gateway, settings } = services;
    const { accountId } = principal;
    return services.commands.forCase({
      ...commandRequest(call),
      status: 201,
      allocate: () => {
        const resourceId = newId('onboarding');
        return { resourceId, workflowId: sellerOnboardingWorkflowId(resourceId) };
      },
      check: async () => {
        if ((await onboardingOfAccount(db, accountId)) !== undefined) throw new DomainError('ALREADY_ONBOARDING');
        await requireAgreement(db, body);
        return 'go';
      },
      deliver: (claim) => {
        const { agreementVersion } = body;
        const onboarding = { onboardingId: claim.resourceId, accountId, agreementVersion };
        const start = caseStarts.sellerOnboarding({ ...onboarding, commandId: claim.id, requestId }, settings);
        return gateway.create(start, claim.updateId);
      },
      render: async (id) => {
        const row = await onboardingById(db, id, accountId);
        if (row === undefined) throw new Error(`onboarding ${id} has an effect but no row`);
        return renderOnboarding(services, row, { accountId, language });
      },
    });
  },
});

const list = route({
  method: 'get',
  path: '/v1/seller-onboardings',
  summary: 'The caller’s onboarding; all of them for operators, newest first',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  query: listQuery({}),
  answers: { 200: listSchema(onboardingSchema) },
  handle: async (call) => {
    const { services, query, principal, language } = call;
    const reader = { accountId: principal.accountId, language };
    const page = await listOnboardings(services.db, visibleTo(call), pageRequest(query));
    const items = [];
    for (const row of page.items) items.push(await renderOnboarding(services, row, reader));
    const nextCursor = page.nextCursor === null ? null : Buffer.from(page.nextCursor, 'latin1').toString('base64url');
    return { status: 200, body: { items, nextCursor } };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/seller-onboardings/:id',
  summary: 'What a seller still needs, why, and whose turn it is',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: (sighting): Promise<OnboardingRow | undefined> =>
    onboardingById(sighting.services.db, sighting.params['id'] ?? '', visibleTo(sighting)),
  query: z.strictObject({}),
  answers: { 200: onboardingSchema },
  handle: async ({ services, principal, target, language }) => ({
    status: 200,
    body: await renderOnboarding(services, target, { accountId: principal.accountId, language }),
  }),
});

const readiness = route({
  method: 'get',
  path: '/v1/sellers/:id/readiness',
  summary: 'What a seller may do by now, gate by gate',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: readinessSchema },
  handle: async ({ services, target, language }) => ({
    status: 200,
    body: await renderReadiness(services, target.sellerId, language),
  }),
});

export const onboardingRoutes: readonly AnyRoute[] = [begin, list, detail, readiness];

import { z } from 'zod';
import { addSectionSchema, renameSectionSchema } from '../../domain/mall/schemas';
import { recordAudit } from '../../db/case/repository';
import type { Trx } from '../../db/connection';
import { listSections, sectionById, type SectionRow } from '../../db/mall/section-queries';
import { addSection, deleteSection, renameSection } from '../../db/mall/section-repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Sighting } from '../http/route';
import { iso } from '../http/times';
import { mallsInView, requireOwnMall } from '../mall/own-mall';

const sectionSchema = z.strictObject({
  ...resourceShape,
  mallId: z.string(),
  name: z.string(),
  isDefault: z.boolean(),
});

function renderSection(row: SectionRow) {
  const { isEmpty, createdAt, updatedAt, ...rest } = row;
  return {
    ...rest,
    state: 'active',
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    actions: row.isDefault || !isEmpty ? ['edit'] : ['edit', 'delete'],
  };
}

async function renderSectionById(trx: Trx, enterpriseId: string, id: string) {
  const row = await sectionById(trx, enterpriseId, id);
  if (row === undefined) throw new Error(`section ${id} vanished`);
  return renderSection(row);
}

function findSection({ services, principal, params }: Sighting): Promise<SectionRow | undefined> {
  return sectionById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

const list = route({
  method: 'get',
  path: '/v1/mall-sections',
  refuses: [404],
  summary: 'Sections of the malls (商品分组), newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ mallId: textFilter.optional() }),
  answers: { 200: listSchema(sectionSchema) },
  handle: async ({ services, principal, query }) => {
    const mallIds = await mallsInView(services.db, principal, query.mallId);
    return {
      status: 200,
      body: listAnswer(await listSections(services.db, mallIds, pageRequest(query)), renderSection),
    };
  },
});

const add = route({
  method: 'post',
  path: '/v1/mall-sections',
  summary: 'Add a section (添加分组)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  body: addSectionSchema,
  answers: { 201: sectionSchema },
  handle: (call) => {
    const { services, principal, body, requestId } = call;
    const enterpriseId = enterpriseOf(principal);
    const id = newId('section');
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await requireOwnMall(trx, principal, body.mallId);
        await addSection(trx, { id, ...body });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'section.add', subjectId: id, enterpriseId, by });
      },
      render: (trx) => renderSectionById(trx, enterpriseId, id),
    });
  },
});

const rename = route({
  method: 'patch',
  path: '/v1/mall-sections/:id',
  summary: 'Rename a section',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findSection,
  body: renameSectionSchema,
  answers: { 200: sectionSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const enterpriseId = enterpriseOf(principal);
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: async (trx) => {
        await renameSection(trx, { id: target.id, name: body.name });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'section.edit', subjectId: target.id, enterpriseId, by });
      },
      render: (trx) => renderSectionById(trx, enterpriseId, target.id),
    });
  },
});

const remove = route({
  method: 'delete',
  path: '/v1/mall-sections/:id',
  summary: 'Delete an empty section; listings that are void do not count',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findSection,
  answers: { 204: null },
  handle: (call) => {
    const { services, principal, target, requestId } = call;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 204,
      resourceId: target.id,
      work: async (trx) => {
        await deleteSection(trx, target.id);
        const by = { actor: principal.accountId, requestId };
        const enterpriseId = enterpriseOf(principal);
        await recordAudit(trx, { action: 'section.delete', subjectId: target.id, enterpriseId, by });
      },
      render: () => Promise.resolve(undefined),
    });
  },
});

export const sectionRoutes: readonly AnyRoute[] = [list, add, rename, remove];

import { z } from 'zod';
import { createProductSchema, editProductSchema } from '../../domain/product/schemas';
import { productStates } from '../../domain/product/states';
import { recordAudit } from '../../db/case/repository';
import { newId } from '../../db/new-id';
import { requireProductGates } from '../../db/product/gates';
import { listProducts, productCategories, productThere } from '../../db/product/own-queries';
import { createProduct, editDraft } from '../../db/product/repository';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute } from '../http/route';
import { ownSeller, visibleSeller } from '../seller/seller-command';
import { productCommandRoutes } from './commands';
import { ownProduct, visibleProduct } from './find';
import { draftOf, requireReferences } from './references';
import { productDraftSchema, productSchema, renderProduct, renderProductDraft } from './render';

const create = route({
  method: 'post',
  path: '/v1/sellers/:id/products',
  summary: 'Create a product (创建商品) as a draft: the certification fee must be paid and valid',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: createProductSchema,
  answers: { 201: productSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const { sellerId, accountId } = target;
    const { deliveryType, ...draft } = body;
    const id = newId('product');
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await requireProductGates(trx, sellerId);
        await requireReferences(trx, { sellerId, accountId }, draft);
        await createProduct(trx, { id, sellerId, deliveryType, body: draft });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'product.create', subjectId: id, enterpriseId: null, sellerId, by });
      },
      render: async (trx) => renderProduct(await productThere(trx, id), call),
    });
  },
});

const list = route({
  method: 'get',
  path: '/v1/sellers/:id/products',
  summary: 'The products of a seller, newest first',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: listQuery({ state: z.enum(productStates).optional() }),
  answers: { 200: listSchema(productSchema) },
  handle: async (call) => {
    const { services, target, query } = call;
    const filter = { sellerId: target.sellerId, state: query.state ?? null };
    const page = await listProducts(services.db, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, (row) => renderProduct(row, call)) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/products/:id',
  summary: 'One product: how it is sold, and how its draft stands',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleProduct,
  query: z.strictObject({}),
  answers: { 200: productSchema },
  handle: (call) => Promise.resolve({ status: 200, body: renderProduct(call.target, call) }),
});

const readDraft = route({
  method: 'get',
  path: '/v1/products/:id/draft',
  summary: 'What the seller works on, with the reviewers’ reasons at its fields',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleProduct,
  query: z.strictObject({}),
  answers: { 200: productDraftSchema },
  handle: (call) => Promise.resolve({ status: 200, body: renderProductDraft(call.target, call) }),
});

const writeDraft = route({
  method: 'put',
  path: '/v1/products/:id/draft',
  summary: 'Write the draft anew; what is published stays as it is',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: ownProduct,
  body: editProductSchema,
  answers: { 200: productDraftSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const { id, sellerId, accountId } = target;
    const draft = draftOf(target, body);
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: id,
      work: async (trx) => {
        await editDraft(trx, id, draft, () => requireReferences(trx, { sellerId, accountId }, draft));
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'product.edit', subjectId: id, enterpriseId: null, sellerId, by });
      },
      render: async (trx) => renderProductDraft(await productThere(trx, id), call),
    });
  },
});

const categorySchema = z.strictObject({ id: z.string(), name: z.string(), parentId: z.string().optional() });

const categories = route({
  method: 'get',
  path: '/v1/product-categories',
  summary: 'The categories (商品分类); products take one that has none below it',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  answers: { 200: z.strictObject({ items: z.array(categorySchema) }) },
  handle: async ({ services, language }) => {
    const found = await productCategories(services.db);
    const items = found.map(({ id, parentId, zh, en }) => ({
      ...{ id, name: language === 'en' ? en : zh },
      ...(parentId === null ? {} : { parentId }),
    }));
    return { status: 200, body: { items } };
  },
});

export const productRoutes: readonly AnyRoute[] = [
  categories,
  create,
  list,
  detail,
  readDraft,
  writeDraft,
  ...productCommandRoutes,
];

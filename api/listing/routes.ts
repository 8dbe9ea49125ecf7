import { z } from 'zod';
import { listingStates, type ListingCommand } from '../../domain/mall/listing-states';
import { addListingSchema, editListingSchema } from '../../domain/mall/schemas';
import { recordAudit } from '../../db/case/repository';
import type { Trx } from '../../db/connection';
import { listingById, listListings, type ListingRow } from '../../db/mall/listing-queries';
import {
  addListing,
  bringOnline,
  editListing,
  takeOffline,
  voidListing,
  type ListingChange,
} from '../../db/mall/listing-repository';
import { newId } from '../../db/new-id';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Sighting } from '../http/route';
import { mallsInView } from '../mall/own-mall';
import { listingSchema, renderListing, renderListingById } from './render';

function findListing({ services, principal, params }: Sighting): Promise<ListingRow | undefined> {
  return listingById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

const list = route({
  method: 'get',
  path: '/v1/listings',
  refuses: [404],
  summary: 'Listings of the malls (商品上下架), void ones too, newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ mallId: textFilter.optional(), state: z.enum(listingStates).optional() }),
  answers: { 200: listSchema(listingSchema) },
  handle: async ({ services, principal, query }) => {
    const mallIds = await mallsInView(services.db, principal, query.mallId);
    const filter = { state: query.state ?? null };
    const page = await listListings(services.db, mallIds, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderListing) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/listings/:id',
  summary: 'One listing',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findListing,
  query: z.strictObject({}),
  answers: { 200: listingSchema },
  handle: ({ target }) => Promise.resolve({ status: 200, body: renderListing(target) }),
});

const add = route({
  method: 'post',
  path: '/v1/listings',
  summary: 'Configure a listing (配置商品); it is offline until it is brought online',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  body: addListingSchema,
  answers: { 201: listingSchema },
  handle: (call) => {
    const { services, principal, body, requestId } = call;
    const enterpriseId = enterpriseOf(principal);
    const id = newId('listing');
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await addListing(trx, { id, enterpriseId, ...termsOf(body) });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'listing.add', subjectId: id, enterpriseId, by });
      },
      render: (trx) => renderListingById(trx, id),
    });
  },
});

function termsOf(body: z.infer<typeof addListingSchema>) {
  return {
    subStockId: body.subStockId,
    sectionId: body.sectionId ?? null,
    name: body.name,
    exchange: body.exchange,
    strikePriceFen: body.strikePriceFen ?? null,
    saleFrom: moment(body.saleFrom ?? null),
    saleUntil: moment(body.saleUntil ?? null),
    rules: body.rules ?? null,
    description: body.description ?? null,
    arrivalDays: body.arrivalDays ?? null,
  };
}

function moment(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

const edit = route({
  method: 'patch',
  path: '/v1/listings/:id',
  summary: 'Change a listing while it is offline; null takes an optional detail away',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findListing,
  body: editListingSchema,
  answers: { 200: listingSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const enterpriseId = enterpriseOf(principal);
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: async (trx) => {
        const by = { actor: principal.accountId, requestId };
        await editListing(trx, target.id, changeOf(body));
        await recordAudit(trx, { action: 'listing.edit', subjectId: target.id, enterpriseId, by });
      },
      render: (trx) => renderListingById(trx, target.id),
    });
  },
});

function changeOf(body: z.infer<typeof editListingSchema>): ListingChange {
  const { saleFrom, saleUntil, ...rest } = body;
  const change = {
    ...rest,
    ...(saleFrom === undefined ? {} : { saleFrom: moment(saleFrom) }),
    ...(saleUntil === undefined ? {} : { saleUntil: moment(saleUntil) }),
  };
  // JSON knows no undefined: what the body leaves out is not there.
  return change as ListingChange;
}

/** A command that moves a listing to another state; repeating it changes nothing and is not audited again. */
function stateCommand(
  name: Exclude<ListingCommand, 'edit'>,
  summary: string,
  act: (trx: Trx, id: string) => Promise<boolean>,
): AnyRoute {
  return route({
    method: 'post',
    path: `/v1/listings/:id/${name}`,
    summary,
    tag: 'points mall',
    access: ['mall_manager'],
    idempotency: 'honoured',
    find: findListing,
    answers: { 200: listingSchema },
    handle: (call) => {
      const { services, principal, target, requestId } = call;
      const enterpriseId = enterpriseOf(principal);
      return services.commands.inTransaction({
        ...commandRequest(call),
        status: 200,
        resourceId: target.id,
        work: async (trx) => {
          if (!(await act(trx, target.id))) return;
          const by = { actor: principal.accountId, requestId };
          await recordAudit(trx, { action: `listing.${name}`, subjectId: target.id, enterpriseId, by });
        },
        render: (trx) => renderListingById(trx, target.id),
      });
    },
  });
}

export const listingRoutes: readonly AnyRoute[] = [
  list,
  detail,
  add,
  edit,
  stateCommand('bring-online', 'Show it in the mall (上线)', bringOnline),
  stateCommand('take-offline', 'Take it off the shelf (下线)', takeOffline),
  stateCommand('void', 'Void it (作废): final; only what is offline', voidListing),
];

import type { z } from 'zod';
import { anyListingById, type ListingRow } from '../../db/mall/listing-queries';
import { takeDownListing } from '../../db/mall/listing-take-down';
import { commandRequest, route, type AnyRoute } from '../http/route';
import { takeDownSchema } from '../market/taken-down';
import { listingSchema, renderListingById } from './render';

const takeDown = route<z.infer<typeof takeDownSchema>, undefined, ListingRow>({
  method: 'post',
  path: '/v1/listings/:id/take-down',
  summary: 'Take a listing off its mall’s shelf; its manager reads why, and has to change it before it is shown again',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: ({ services, params }) => anyListingById(services.db, params['id'] ?? ''),
  body: takeDownSchema,
  answers: { 200: listingSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: (trx) =>
        takeDownListing(trx, { id: target.id, by: { actor: principal.accountId, requestId, reason: body.reason } }),
      // What comes next is its manager's to do.
      render: async (trx) => ({ ...(await renderListingById(trx, target.id)), actions: [] }),
    });
  },
});

export const listingTakeDownRoutes: readonly AnyRoute[] = [takeDown];

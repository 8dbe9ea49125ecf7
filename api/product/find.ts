import { productById, type ProductRow } from '../../db/product/own-queries';
import type { Sighting } from '../http/route';

/** The caller's own product, whatever its roles. */
export function ownProduct({ services, principal, params }: Sighting): Promise<ProductRow | undefined> {
  return productById(services.db, params['id'] ?? '', principal.accountId);
}

/** Whose it may be; only for routes that are operators' alone. */
export function anyProduct({ services, params }: Sighting): Promise<ProductRow | undefined> {
  return productById(services.db, params['id'] ?? '', null);
}

/** Operators may look at everybody's. */
export function visibleProduct(sighting: Sighting): Promise<ProductRow | undefined> {
  return sighting.principal.roles.includes('operator') ? anyProduct(sighting) : ownProduct(sighting);
}

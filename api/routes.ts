import { accountRoutes } from './account/routes';
import { furnishingRoutes } from './furnishing/routes';
import type { AnyRoute } from './http/route';
import { mallRoutes } from './mall/routes';
import { purchaseRoutes } from './purchase/routes';
import { operationRoutes } from './system/operations';
import { trackingRoutes } from './tracking/routes';

/** The business routes, all under /v1. A new process adds its table here. */
export const businessRoutes: readonly AnyRoute[] = [
  ...accountRoutes,
  ...operationRoutes,
  ...mallRoutes,
  ...purchaseRoutes,
  ...trackingRoutes,
  ...furnishingRoutes,
];

import express, { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Books } from '../books/books';
import { isPossible, targets, type Faults } from '../faults';
import type { Notifier } from '../notifications/notifier';
import { NotPossible } from '../not-possible';
import type { Payers } from '../wechat/payers';
import type { Refunds } from '../wechat/refunds';
import { bookRoutes } from './book-routes';
import type { Calls } from './calls';
import { outsideRoutes, type OutsideControls } from './outside-routes';
import { paymentRoutes } from './payment-routes';
import * as schemas from './schemas';

export interface Controls extends OutsideControls {
  readonly books: Books;
  readonly payers: Payers;
  readonly refunds: Refunds;
  readonly notifier: Notifier;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** The buyer's, the channel's and everybody else's side, for whoever plays the outside world: a test, a bench, the page. */
export function controlRoutes(controls: Controls): Router {
  const router = Router();
  router.use(sameSite, express.json({ limit: '64kb' }));
  paymentRoutes(router, controls);
  outsideRoutes(router, controls);
  bookRoutes(router, controls);
  faultRoutes(router, controls);
  router.get('/calls', (_request, response) => void response.json(controls.calls.report()));
  router.delete('/calls', (_request, response) => {
    controls.calls.reset();
    response.status(204).end();
  });
  router.use((_request, response) => void response.status(404).json({ message: 'no such control' }));
  router.use(refusals);
  return router;
}

function faultRoutes(router: Router, { faults }: Controls): void {
  router.get('/faults', (_request, response) => void response.json({ items: faults.all() }));
  router.post('/faults', (request, response) => {
    const { target } = z.looseObject({ target: z.string() }).parse(request.body ?? {});
    if (schemas.laterTargets.includes(target)) {
      response.status(400).json({ message: `${target} is not emulated yet; supported: ${targets.join(', ')}` });
      return;
    }
    const order = schemas.faultBody.parse(request.body);
    if (!isPossible(order)) {
      response.status(400).json({ message: `${order.kind} cannot happen on ${order.on ?? order.target}` });
      return;
    }
    response.status(201).json(faults.add(order));
  });
  router.delete('/faults', (request, response) => {
    const { id, kind } = schemas.faultQuery.parse(request.query);
    faults.remove((fault) => (id === undefined || fault.id === id) && (kind === undefined || fault.kind === kind));
    response.status(204).end();
  });
}

/** A page of somewhere else, opened in the same browser, must not turn the controls. */
const sameSite: RequestHandler = (request, response, next) => {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') next();
  else response.status(403).json({ message: 'the controls are for this page alone' });
};

function refusals(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else if (error instanceof NotPossible) response.status(error.status).json({ message: error.message });
  else if (error instanceof z.ZodError) response.status(400).json({ message: z.prettifyError(error) });
  else if (error instanceof SyntaxError) response.status(400).json({ message: 'the body is not JSON' });
  else next(error);
}

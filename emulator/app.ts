import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Books } from './books/books';
import { Calls } from './control/calls';
import { controlRoutes } from './control/routes';
import { Faults } from './faults';
import type { Identity } from './keys/identity';
import type { Secrets } from './keys/secrets';
import { Applications } from './merchants/applications';
import { Applyments } from './merchants/applyments';
import { Media } from './merchants/media';
import { applymentRoutes } from './merchants/routes';
import { Notifier } from './notifications/notifier';
import { createOutside } from './outside';
import { pageRoutes } from './page/routes';
import type { Pace } from './settings';
import { Authorizer } from './wechat/authorization';
import { Bills } from './wechat/bills';
import { Orders } from './wechat/orders';
import { Payers } from './wechat/payers';
import { Refunds } from './wechat/refunds';
import { wechatRoutes } from './wechat/routes';

export interface Emulator {
  readonly app: Express;
  /** Takes up what was under way when the process ended the last time. */
  resume(): void;
  stop(): void;
}

/** Wires the parts. */
export function createEmulator(identity: Identity, secrets: Secrets, books: Books, pace: Pace): Emulator {
  const faults = new Faults();
  const calls = new Calls();
  const notifier = new Notifier(books, identity, faults, pace);
  const payers = new Payers(books, notifier);
  const refunds = new Refunds(books, notifier);
  const orders = new Orders(books, identity);
  const bills = new Bills(books, identity);
  const ground = { identity, authorizer: new Authorizer(identity), faults, calls };
  const applications = new Applications(books);
  const media = new Media(books);
  const applyments = new Applyments(identity, applications, media);
  const outside = createOutside({ books, secrets, faults, calls, pace, applications });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/control', controlRoutes({ ...outside.controls, books, payers, refunds, notifier, faults, calls }));
  // The exact bytes are what is signed.
  app.use('/v3', express.raw({ type: () => true, limit: '8mb', inflate: false }));
  app.use(wechatRoutes(ground, { books, orders, payers, refunds, bills }));
  app.use(applymentRoutes(ground, { applyments, applications, media }));
  app.use(outside.routes);
  app.use(pageRoutes());
  app.use((_request, response) => void response.status(404).json({ code: 'NOT_FOUND', message: 'no such path' }));
  app.use(((error: { status?: number }, _request, response, _next) => {
    // A body that is too long, say; whatever else fails is a fault of the emulator and is written down.
    const status = error.status ?? 500;
    if (status >= 500) process.stderr.write(`${String((error as Error).stack)}\n`);
    response.status(status).json({ code: status >= 500 ? 'SYSTEM_ERROR' : 'INVALID_REQUEST', message: 'not served' });
  }) satisfies ErrorRequestHandler);
  return {
    app,
    resume: () => {
      notifier.resume();
      payers.resume();
      refunds.resume();
      outside.controls.scanNotifier.resume();
    },
    stop: () => {
      notifier.stop();
      outside.controls.scanNotifier.stop();
    },
  };
}

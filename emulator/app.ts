import express, { type Express } from 'express';
import { Books } from './books/books';
import { Calls } from './control/calls';
import { controlRoutes } from './control/routes';
import { Faults } from './faults';
import type { Identity } from './keys/identity';
import { Notifier } from './notifications/notifier';
import { Authorizer } from './wechat/authorization';
import { Orders } from './wechat/orders';
import { Payers } from './wechat/payers';
import { wechatRoutes } from './wechat/routes';

export interface Emulator {
  readonly app: Express;
  readonly notifier: Notifier;
}

/** Wires the parts. */
export function createEmulator(identity: Identity, books: Books, timeScale: number): Emulator {
  const faults = new Faults();
  const calls = new Calls();
  const notifier = new Notifier(books, identity, faults, timeScale);
  const payers = new Payers(books, notifier);
  const ground = { identity, authorizer: new Authorizer(identity), faults, calls };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/control', controlRoutes({ books, payers, notifier, faults, calls }));
  // The exact bytes are what is signed.
  app.use('/v3', express.raw({ type: () => true, limit: '1mb' }));
  app.use(wechatRoutes(ground, { books, orders: new Orders(books, identity), payers }));
  app.use((_request, response) => void response.status(404).json({ code: 'NOT_FOUND', message: 'no such path' }));
  return { app, notifier };
}

import { Router } from 'express';
import { referenceBody, transferBody, Transfers } from './bank/transfers';
import type { Books } from './books/books';
import type { Calls } from './control/calls';
import type { OutsideControls } from './control/outside-routes';
import type { Faults } from './faults';
import { ScanNotifier } from './identity/notifier';
import { scanBody, Scans } from './identity/scans';
import type { Secrets } from './keys/secrets';
import { messageBody, Messages } from './messages/messages';
import { Registry } from './registry/registry';
import type { Applications } from './merchants/applications';
import { Registrations } from './merchants/registrations';
import type { Pace } from './settings';
import { jsonEndpoint } from './signed-json/pipeline';
import { cloudRoutes, type CloudAction } from './tencent-cloud/pipeline';

export interface OutsideGround {
  readonly books: Books;
  readonly secrets: Secrets;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly pace: Pace;
  readonly applications: Applications;
}

/** Everybody outside but the payment channel. */
export function createOutside(ground: OutsideGround): { readonly controls: OutsideControls; readonly routes: Router } {
  const { books, secrets, faults, pace } = ground;
  const scanNotifier = new ScanNotifier(books, secrets.identitySecret.value, faults, pace);
  const controls = {
    registry: new Registry(books),
    transfers: new Transfers(books),
    scans: new Scans(books, scanNotifier),
    scanNotifier,
    messages: new Messages(books),
    applications: ground.applications,
  };
  const router = Router({ caseSensitive: true, strict: true });
  const registrations = new Registrations(ground.applications, secrets.tenpayMerchantId.value);
  const actions = new Map<string, CloudAction>([
    ['VerifyBizLicenseEnterprise3', controls.registry.action],
    ['CreateOpenBankExternalSubMerchantRegistration', registrations.create],
    ['QueryOpenBankExternalSubMerchantRegistration', registrations.query],
  ]);
  const keys = new Map([
    [secrets.registrySecretId.value, secrets.registrySecretKey.value],
    [secrets.tenpaySecretId.value, secrets.tenpaySecretKey.value],
  ]);
  router.use(cloudRoutes({ ...ground, keys, actions }));
  signedJsonRoutes(router, ground, controls);
  return { controls, routes: router };
}

function signedJsonRoutes(router: Router, ground: OutsideGround, controls: OutsideControls): void {
  const { transfers, scans, messages } = controls;
  const { transfersSecret, identitySecret, messagesSecret } = ground.secrets;
  jsonEndpoint(router, ground, {
    path: '/transfers',
    place: 'transfer_send',
    secret: transfersSecret.value,
    body: transferBody,
    work: (order, fault) => transfers.send(order, fault),
  });
  jsonEndpoint(router, ground, {
    path: '/transfers/query',
    place: 'transfer_query',
    secret: transfersSecret.value,
    body: referenceBody,
    work: async ({ reference }) => transfers.query(reference),
  });
  jsonEndpoint(router, ground, {
    path: '/scans',
    place: 'scan_begin',
    secret: identitySecret.value,
    body: scanBody,
    work: (order) => scans.begin(order),
  });
  jsonEndpoint(router, ground, {
    path: '/scans/query',
    place: 'scan_query',
    secret: identitySecret.value,
    body: referenceBody,
    work: async ({ reference }) => scans.query(reference),
  });
  jsonEndpoint(router, ground, {
    path: '/messages',
    place: 'message_send',
    secret: messagesSecret.value,
    body: messageBody,
    work: (order) => messages.send(order),
  });
}

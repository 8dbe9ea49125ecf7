import { contactRoutes } from './account/contact';
import { registrationRoutes } from './account/registration';
import { accountRoutes } from './account/routes';
import { agreementRoutes } from './agreement/routes';
import { choiceRoutes } from './commodity/choices';
import { commodityRoutes } from './commodity/routes';
import { commodityStockRoutes } from './commodity/stock';
import { eventRoutes } from './events/routes';
import { benefitOfferRoutes } from './furnishing/benefits';
import { furnishingRoutes } from './furnishing/routes';
import { documentRoutes } from './document/routes';
import type { AnyRoute } from './http/route';
import { listingRoutes } from './listing/routes';
import { listingTakeDownRoutes } from './listing/take-down';
import { shelfRoutes } from './listing/shelf';
import { imageRoutes } from './image/routes';
import { mallRoutes } from './mall/routes';
import { marketProductRoutes } from './market/products';
import { marketShopRoutes } from './market/shops';
import { memberRoutes } from './member/routes';
import { merchantRoutes } from './merchant/routes';
import { paymentRoutes } from './payment/routes';
import { productRoutes } from './product/routes';
import { purchaseRoutes } from './purchase/routes';
import { reconciliationRoutes } from './reconciliation/routes';
import { certificationFeeRoutes } from './certification-fee/routes';
import { sectionRoutes } from './section/routes';
import { informationRoutes } from './seller/information-routes';
import { onboardingRoutes } from './seller/onboarding-routes';
import { verificationRoutes } from './seller/verification-routes';
import { stockBannerRoutes } from './shop/banners';
import { shopRoutes } from './shop/routes';
import { stockAllocationRoutes } from './stock-allocation/routes';
import { subStockRoutes } from './sub-stock/routes';
import { noticeRoutes } from './notice/routes';
import { reviewRoutes } from './review/routes';
import { approvalRoutes } from './operations/approvals';
import { exportRoutes } from './operations/export';
import { operationsRoutes } from './operations/routes';
import { operationRoutes } from './system/operations';
import { trackingRoutes } from './tracking/routes';
import { videoRoutes } from './video/routes';
import { identityWebhookRoutes } from './webhooks/identity';
import { webhookRoutes } from './webhooks/wechat-pay';

/** The business routes, all under /v1 but the bytes of images, banners and videos. A new process adds its table here. */
export const businessRoutes: readonly AnyRoute[] = [
  // First: a storm of them must not look through everything else.
  ...webhookRoutes,
  ...identityWebhookRoutes,
  ...accountRoutes,
  ...registrationRoutes,
  ...contactRoutes,
  ...operationRoutes,
  ...mallRoutes,
  ...imageRoutes,
  ...videoRoutes,
  ...agreementRoutes,
  ...documentRoutes,
  ...purchaseRoutes,
  ...paymentRoutes,
  ...certificationFeeRoutes,
  ...reconciliationRoutes,
  ...commodityRoutes,
  ...commodityStockRoutes,
  ...choiceRoutes,
  ...sectionRoutes,
  ...listingRoutes,
  ...shelfRoutes,
  ...listingTakeDownRoutes,
  ...merchantRoutes,
  ...memberRoutes,
  ...onboardingRoutes,
  ...verificationRoutes,
  ...informationRoutes,
  ...shopRoutes,
  ...stockBannerRoutes,
  ...marketShopRoutes,
  ...productRoutes,
  ...marketProductRoutes,
  ...stockAllocationRoutes,
  ...subStockRoutes,
  ...reviewRoutes,
  ...noticeRoutes,
  ...trackingRoutes,
  ...operationsRoutes,
  ...approvalRoutes,
  ...exportRoutes,
  ...eventRoutes,
  ...furnishingRoutes,
  ...benefitOfferRoutes,
];

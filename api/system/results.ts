import type { Language } from '../../domain/shared/errors';
import { isId, onboardingIdOf, type IdKind } from '../../domain/shared/ids';
import type { Principal } from '../../domain/shared/roles';
import { productThere } from '../../db/product/own-queries';
import { onboardingById } from '../../db/seller/onboarding-queries';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { renderPaidFee } from '../certification-fee/render';
import { renderCommodityById } from '../commodity/render';
import { renderMerchantIds } from '../merchant/render';
import { renderProduct } from '../product/render';
import { renderPurchaseById } from '../purchase/render';
import { renderReviewById } from '../review/render';
import { renderOnboarding } from '../seller/render';
import { renderDraft } from '../shop/render';
import type { Services } from '../services';
import { renderAllocationById } from '../stock-allocation/render';

/** Whoever gave the command; it is shown to nobody else. */
export interface Asker {
  readonly services: Services;
  readonly principal: Principal;
  readonly language: Language;
}

type RenderById = (asker: Asker, id: string) => Promise<unknown>;

const ofEnterprise =
  (
    render: (db: Services['db'], enterpriseId: string, id: string, language: Language) => Promise<unknown>,
  ): RenderById =>
  ({ services, principal, language }, id) =>
    render(services.db, principal.enterpriseId ?? '', id, language);

async function onboardingResult({ services, principal, language }: Asker, id: string): Promise<unknown> {
  const { accountId } = principal;
  const row = await onboardingById(services.db, id, accountId);
  if (row === undefined) throw new Error(`onboarding ${id} has an effect but no row`);
  return renderOnboarding(services, row, { accountId, language });
}

/** How the resource of a slow command is shown: every kind whose commands runs carry out. */
const renderers: Readonly<Partial<Record<IdKind, RenderById>>> = {
  allocation: ofEnterprise(renderAllocationById),
  commodity: ofEnterprise(renderCommodityById),
  purchase: ofEnterprise(renderPurchaseById),
  onboarding: onboardingResult,
  // A step of the way in: the whole of it, with what is missing next.
  seller: (asker, id) => onboardingResult(asker, onboardingIdOf(id)),
  certificationFee: ({ services, principal }, id) => renderPaidFee(services, principal.sellerId ?? '', id),
  merchantApplication: ({ services, principal }) => renderMerchantIds(services, principal.sellerId ?? ''),
  product: async (asker, id) => renderProduct(await productThere(asker.services.db, id), asker),
  review: (asker, id) => renderReviewById(asker.services, id, asker),
};

/** What a command was about, and the run it went to. */
interface Asked {
  readonly resourceId: string;
  readonly workflowId: string | null;
}

/** The resource of a command as its rows say now. */
export async function renderResult(asker: Asker, { resourceId, workflowId }: Asked): Promise<unknown> {
  // A shop is known by its seller's id: what a seller sends to a review is the shop.
  if (isId('seller', resourceId) && workflowId?.startsWith(reviewWorkflowId('')) === true)
    return renderDraft(asker.services.db, resourceId, asker);
  const found = Object.entries(renderers).find(([kind]) => isId(kind as IdKind, resourceId));
  if (found === undefined) throw new Error(`nobody knows how to show ${resourceId}`);
  const [, render] = found;
  return render(asker, resourceId);
}

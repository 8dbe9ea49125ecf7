/** The only entry of the workflow bundle: every workflow type the worker knows. */
export { purchase } from './purchase/workflow';
export { payment } from './payment/workflow';
export { merchantId } from './merchant-id/workflow';
export { reconciliation } from './reconciliation/workflow';
export { certificationFee } from './certification-fee/workflow';
export { commodityAdd } from './commodity-add/workflow';
export { stockAllocation } from './stock-allocation/workflow';
export { review } from './review/workflow';
export { sellerOnboarding } from './seller-onboarding/workflow';

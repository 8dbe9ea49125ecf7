/** The only entry of the workflow bundle: every workflow type the worker knows. */
export { purchase } from './purchase/workflow';
export { payment } from './payment/workflow';
export { reconciliation } from './reconciliation/workflow';
export { commodityAdd } from './commodity-add/workflow';
export { stockAllocation } from './stock-allocation/workflow';
export { review } from './review/workflow';

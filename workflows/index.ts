/** The only entry of the workflow bundle: every workflow type the worker knows. */
export { purchase } from './purchase/workflow';

/** Pieces of one commodity: more is a typing mistake, and sums over many commodities must stay safe integers. */
export const maxStock = 100_000_000;

/** Guide: domain.md §5.8 – one file of CDK codes, and one code. */
export const maxCodeFileBytes = 5 * 1_024 * 1_024;
export const maxCodesPerFile = 100_000;
export const maxCodeLength = 128;

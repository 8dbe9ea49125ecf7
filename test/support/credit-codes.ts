/** GB 32100-2015: the signs of a 统一社会信用代码, each worth its place. */
export const creditCodeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

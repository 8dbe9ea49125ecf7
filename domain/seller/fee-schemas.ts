import { z } from 'zod';

/** 立即缴纳: the methods of the contract; which of them there are is a fact of the installation. */
export const payFeeSchema = z.strictObject({ method: z.enum(['wechat_native', 'bank_b2b']) });

import type { Vault } from '../../domain/ports/vault';
import type { Db } from '../../db/connection';
import { endVerification, judgeAmount, openMerchantId, resubmitForm } from '../../db/merchant/repository';
import {
  merchantIdWorkflowId,
  type MerchantPersonInput,
  type MerchantRecords,
} from '../../workflows/merchant-id/contract';
import { inTransaction } from '../shared/transactions';
import { merchantSnapshot } from './snapshot';

/** What a merchant ID does in our own books. */
export function createMerchantRecords(parts: { readonly db: Db; readonly vault: Vault }): MerchantRecords {
  const { db, vault } = parts;
  return {
    openMerchantId: async (input) => {
      const { sellerId, channel, submissionId, commandId, accountId, requestId } = input;
      const by = { actor: accountId, requestId };
      const workflowId = merchantIdWorkflowId(input);
      await inTransaction(db, (trx) =>
        openMerchantId(trx, { sellerId, channel, submissionId, workflowId, commandId, by }),
      );
      return merchantSnapshot(db, input);
    },
    loadMerchantId: (input) => merchantSnapshot(db, input),
    endAccountVerification: async (input) => {
      await inTransaction(db, (trx) => endVerification(trx, input));
      return merchantSnapshot(db, input);
    },
    judgeRemittance: async (input) => {
      const verdict = await inTransaction(db, (trx) =>
        judgeAmount(trx, vault, { ...commandOf(input), amountId: input.broughtId }),
      );
      return { triesLeft: verdict.right ? null : verdict.triesLeft };
    },
    resubmitMerchantForm: (input) =>
      inTransaction(db, (trx) => resubmitForm(trx, { ...commandOf(input), submissionId: input.broughtId })),
  };
}

function commandOf({ sellerId, channel, commandId, actor, requestId }: MerchantPersonInput) {
  return { sellerId, channel, commandId, by: { actor, requestId } };
}

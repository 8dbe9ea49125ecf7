/**
 * Somebody at a bank who pays small sums to corporate accounts for us (对公打款: "平台随机打款 0.01–0.99 元"). Whoever can say
 * how much arrived can see the account.
 */
export interface CorporateTransfers {
  /**
   * Orders a transfer, or finds the one under this reference: asking twice pays once. `pending`: the bank is at it,
   * `query` tells later (1–3 working days). `failed`: it did not arrive and never will; other bank data need a new
   * reference.
   * @throws ProviderError; `refused` with TERMS_CHANGED when the reference was used for another transfer
   */
  send(order: TransferOrder): Promise<TransferState>;

  /**
   * `unknown`: nothing was ever ordered under this reference (yet).
   * @throws ProviderError
   */
  query(reference: string): Promise<TransferState | 'unknown'>;
}

/** Everything but the reference is sensitive. */
export interface TransferOrder {
  /** Ours, stored before the first call: 1 to 64 characters of `0-9 a-z A-Z _ -`. */
  readonly reference: string;
  /** 户名: 1 to 200 characters. */
  readonly accountName: string;
  /** Digits only, 8 to 32. */
  readonly accountNumber: string;
  /** 开户银行. */
  readonly bankName: string;
  /** 开户支行. */
  readonly branchName: string;
  /** 银行所在地. */
  readonly location: string;
  /** Whole fen, 1 to 99. */
  readonly amountFen: number;
}

export const transferStates = ['sent', 'pending', 'failed'] as const;
export type TransferState = (typeof transferStates)[number];

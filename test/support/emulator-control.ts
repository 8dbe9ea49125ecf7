/** The controls of the emulated outside world, typed. They throw when the emulator refuses. */
export class EmulatorControl {
  constructor(readonly url: string) {}

  /** Orders of one payment of ours (its id travels in `attach`), newest first; without a reference all. */
  async payments(reference?: string): Promise<EmulatedPayment[]> {
    const query = reference === undefined ? '' : `?reference=${encodeURIComponent(reference)}`;
    return (await this.call<{ items: EmulatedPayment[] }>('GET', `/payments${query}`)).items;
  }

  /** The buyer pays. `notify:false`: nobody is told. `force`: although the order is closed. */
  pay(channelNumber: string, options: { notify?: boolean; force?: true } = {}): Promise<EmulatedPayment> {
    return this.call('POST', `/payments/${encodeURIComponent(channelNumber)}/pay`, options);
  }

  refuse(channelNumber: string): Promise<EmulatedPayment> {
    return this.call('POST', `/payments/${encodeURIComponent(channelNumber)}/refuse`, {});
  }

  /** `times` notifications at once; without a delay tells how they were answered, e.g. `{"204":100}`. */
  notify(channelNumber: string, options: { times?: number; delayMs?: number } = {}): Promise<NotifyAnswer> {
    return this.call('POST', `/payments/${encodeURIComponent(channelNumber)}/notify`, options);
  }

  /** Ends a refund that is in processing (or, as a success, one that is abnormal). */
  settle(refundNumber: string, as: 'success' | 'closed' | 'abnormal'): Promise<EmulatedRefund> {
    return this.call('POST', `/refunds/${encodeURIComponent(refundNumber)}/settle`, { as });
  }

  notifyRefund(refundNumber: string, options: { times?: number; delayMs?: number } = {}): Promise<NotifyAnswer> {
    return this.call('POST', `/refunds/${encodeURIComponent(refundNumber)}/notify`, options);
  }

  /** Puts a paid order of unknown number into the books; the number is made up unless given. */
  putOrder(order: UnaskedOrder): Promise<EmulatedPayment> {
    return this.call('POST', '/orders', order);
  }

  /** Makes the bill of a day (Asia/Shanghai, YYYY-MM-DD) available at once. */
  async publishBill(day: string): Promise<void> {
    await this.call('POST', `/bills/${day}/publish`, {});
  }

  /** Small sums that arrived on accounts, newest first. */
  async transfers(accountNumber?: string): Promise<EmulatedTransfer[]> {
    return this.items(`/transfers${query({ accountNumber })}`);
  }

  /** Ends a transfer that is pending. */
  settleTransfer(reference: string, as: 'sent' | 'failed'): Promise<{ reference: string; state: string }> {
    return this.call('POST', `/transfers/${reference}/settle`, { as });
  }

  /** What the register says of a code from now on; `unknown` is not in its copy. Without, any valid code is active. */
  async putEnterprise(code: string, enterprise: EmulatedEnterprise): Promise<void> {
    await this.call('PUT', `/registry/${code}`, enterprise);
  }

  async forgetEnterprise(code: string): Promise<void> {
    await this.call('DELETE', `/registry/${code}`);
  }

  /** Scans of legal representatives, newest first. */
  async verifications(): Promise<EmulatedScan[]> {
    return this.items('/verifications');
  }

  /** The person is who was asked for, or not; after the other answer it is a change of mind. */
  answerScan(reference: string, answer: 'pass' | 'fail'): Promise<{ reference: string; state: string }> {
    return this.call('POST', `/verifications/${reference}/${answer}`, {});
  }

  notifyScan(reference: string, options: { times?: number; delayMs?: number } = {}): Promise<NotifyAnswer> {
    return this.call('POST', `/verifications/${reference}/notify`, options);
  }

  /** Mail and SMS that were taken, newest first. */
  async messages(to?: string): Promise<EmulatedMessage[]> {
    return this.items(`/messages${query({ to })}`);
  }

  /** The emulator's own books, newest first. A limit of 0 gives the totals alone. */
  books(limit?: number): Promise<EmulatedBooks> {
    return this.call('GET', limit === undefined ? '/books' : `/books?limit=${limit}`);
  }

  /** Events that have not been acknowledged yet. */
  async openNotifications(): Promise<{ event: string; number: string; sent: number; nextAt: string }[]> {
    const path = '/notifications';
    return (await this.call<{ items: { event: string; number: string; sent: number; nextAt: string }[] }>('GET', path))
      .items;
  }

  fault(kind: string, options: FaultOptions = {}): Promise<{ id: string }> {
    return this.call('POST', '/faults', { target: 'wechat_pay', kind, times: 1, ...options });
  }

  /** Faults that have not all happened yet. */
  async faults(): Promise<{ id: string; kind: string; left: number }[]> {
    return (await this.call<{ items: { id: string; kind: string; left: number }[] }>('GET', '/faults')).items;
  }

  async clearFaults(): Promise<void> {
    await this.call('DELETE', '/faults');
  }

  /** How often each endpoint was called. */
  calls(): Promise<CallsReport> {
    return this.call('GET', '/calls');
  }

  async resetCalls(): Promise<void> {
    await this.call('DELETE', '/calls');
  }

  private async items<T>(path: string): Promise<T[]> {
    return (await this.call<{ items: T[] }>('GET', path)).items;
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/control${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

export interface EmulatedTransfer {
  readonly accountNumber: string;
  readonly amountFen: number;
  readonly at: string;
}

export interface EmulatedEnterprise {
  readonly name: string;
  readonly legalRepresentative: string;
  readonly state: 'active' | 'revoked' | 'cancelled' | 'other' | 'unknown';
}

export interface EmulatedScan {
  readonly reference: string;
  readonly enterpriseName: string;
  readonly state: 'pending' | 'passed' | 'failed';
  readonly scanUrl: string;
  readonly at: string;
}

export interface EmulatedMessage {
  readonly id: string;
  readonly channel: 'mail' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: string;
}

export interface EmulatedPayment {
  readonly channelNumber: string;
  readonly channel: 'wechat_pay';
  readonly state: 'unpaid' | 'in_progress' | 'failed' | 'paid' | 'refunding' | 'part_refunded' | 'refunded' | 'closed';
  readonly amountFen: number;
}

export interface EmulatedRefund {
  readonly refundNumber: string;
  readonly channelNumber: string;
  readonly state: 'processing' | 'succeeded' | 'abnormal' | 'closed';
  readonly amountFen: number;
}

export interface UnaskedOrder {
  readonly amountFen: number;
  readonly channelNumber?: string;
  readonly attach?: string;
  readonly description?: string;
  /** RFC 3339; now when absent. */
  readonly paidAt?: string;
}

export interface EmulatedBooks {
  readonly totals: {
    readonly payments: number;
    readonly paid: number;
    readonly refunds: number;
    readonly paidFen: number;
    readonly refundedFen: number;
    readonly refundsInProcessingFen: number;
    /** Came in and did not go back. */
    readonly heldFen: number;
  };
  readonly payments: readonly (EmulatedPayment & {
    readonly reference: string;
    readonly description: string;
    readonly transactionId: string | null;
    readonly codeUrl: string;
    readonly createdAt: string;
    readonly expiresAt: string;
    readonly paidAt: string | null;
  })[];
  readonly refunds: readonly (EmulatedRefund & {
    readonly refundId: string;
    readonly reason: string;
    readonly createdAt: string;
    readonly succeededAt: string | null;
  })[];
}

export interface NotifyAnswer {
  readonly times: number;
  /** By status, or `unreachable`. */
  readonly answers: Readonly<Record<string, number>>;
}

/** `on` limits it to one call; the rest is explained in docs/emulator.md. */
export interface FaultOptions {
  /** Default `wechat_pay`. */
  readonly target?: string;
  readonly times?: number;
  readonly on?: string;
  readonly delayMs?: number;
  readonly seconds?: number;
  readonly rate?: number;
  readonly seed?: number;
}

export interface CallsReport {
  readonly since: string;
  readonly endpoints: readonly { on: string; count: number; byStatus: Readonly<Record<string, number>> }[];
  readonly peakPerSecond: number;
  readonly perSecond: readonly { at: string; count: number }[];
}

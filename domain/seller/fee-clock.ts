/** When something is due before the end of a paid period, in milliseconds. */
export interface FeeTimes {
  /** So long before the end the next period can be paid. */
  readonly renewalOpensMs: number;
  /** So long before the end the seller is reminded. */
  readonly remindBeforeMs: readonly number[];
}

/** What of a paid period decides what its clock owes. */
export interface PaidPeriod {
  readonly validUntil: Date;
  /** How many of the reminders are over. */
  readonly reminded: number;
  /** The next period has a row. */
  readonly nextOpened: boolean;
  /** The next period is paid: nobody needs to be reminded. */
  readonly renewed: boolean;
}

/** What the clock owes by a moment. */
export interface FeeDuties {
  readonly openNext: boolean;
  /** Whole days to the end, where the seller is to be reminded. Several reminders that were missed are one. */
  readonly remindDaysLeft: number | null;
  /** The new count of reminders that are over. */
  readonly reminded: number;
  readonly expire: boolean;
  /** When it has something to do next; null once the period is over. */
  readonly dueAt: Date | null;
}

const dayMs = 86_400_000;

/** Reminders 30, 7 and 1 days before the end, the next period some time before it, at the latest with the end. */
export function feeDuties(period: PaidPeriod, now: Date, times: FeeTimes): FeeDuties {
  const end = period.validUntil.getTime();
  const moments = [...times.remindBeforeMs].sort((one, other) => other - one).map((before) => end - before);
  const passed = moments.filter((at) => at <= now.getTime()).length;
  const expire = end <= now.getTime();
  const renewalOpens = Math.min(end, end - times.renewalOpensMs);
  const openNext = !period.nextOpened && renewalOpens <= now.getTime();
  // rule: missed-reminders-are-one, renewed-fee-needs-no-reminder
  const remind = passed > period.reminded && !period.renewed && !expire;
  const ahead = [
    end,
    ...(period.nextOpened || openNext ? [] : [renewalOpens]),
    ...(period.renewed ? [] : moments.slice(passed)),
  ];
  return {
    openNext,
    remindDaysLeft: remind ? Math.ceil((end - now.getTime()) / dayMs) : null,
    reminded: Math.max(passed, period.reminded),
    expire,
    dueAt: expire ? null : new Date(Math.min(...ahead)),
  };
}

import type { ProcessKind } from '../../domain/case/states';
import { rows, type Db } from '../connection';

/** One count of an installation; `kind` where it is about cases. */
export interface Figure {
  readonly what: 'open' | 'lost' | 'stuck' | 'overdue' | 'unconfirmed' | 'notices';
  readonly kind: ProcessKind | null;
  readonly count: number;
}

/**
 * What an installation is watched by, in one statement over partial indexes: cases that are not over, commands nobody
 * knows the outcome of, messages that wait to be sent. Closed cases are not counted: there are too many.
 */
export async function figures(db: Db): Promise<Figure[]> {
  return rows<Figure>(
    db,
    `select 'open' as what, kind, count(*) as count from process_cases where state = 'open' group by kind
     union all
     select 'lost', kind, count(*) from process_cases where state = 'lost' group by kind
     union all
     select 'stuck', kind, count(*) from process_cases where stuck_code is not null group by kind
     union all
     select 'overdue', kind, count(*) from process_cases where state = 'open' and due_at < now() group by kind
     union all
     select 'unconfirmed', null, count(*) from commands
      where state in ('claimed', 'accepted') and effect_at is null and lease_until < now()
     union all
     select 'notices', null, count(*) from notice_deliveries where state = 'waiting'`,
  );
}

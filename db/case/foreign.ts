import { idPrefixes, isId, type IdKind } from '../../domain/shared/ids';
import { run, type Db } from '../connection';

/** Where the things lie whose ids stand in paths and that are somebody's. */
const tables: Readonly<Partial<Record<IdKind, string>>> = {
  allocation: 'stock_allocations',
  command: 'commands',
  commodity: 'commodities',
  document: 'documents',
  enterprise: 'enterprises',
  listing: 'listings',
  mall: 'malls',
  member: 'members',
  notice: 'notices',
  onboarding: 'seller_onboardings',
  payment: 'payments',
  product: 'products',
  purchase: 'purchases',
  section: 'mall_sections',
  seller: 'sellers',
  subStock: 'sub_stocks',
};

function tableOf(id: string): string | undefined {
  return (Object.keys(idPrefixes) as IdKind[]).flatMap((kind) => (isId(kind, id) ? [tables[kind]] : [])).at(0);
}

/** Somebody asked for something and was told that it is not there. */
export interface Look {
  readonly accountId: string;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
  readonly ids: readonly string[];
  readonly requestId: string;
}

/**
 * Writes down that somebody looked for what is there but not theirs, once an hour per account and thing. What is not
 * there at all is nobody's, and leaves no trace.
 */
export async function recordForeignLook(db: Db, look: Look): Promise<void> {
  for (const id of look.ids) {
    const table = tableOf(id);
    if (table === undefined) continue;
    // rule: foreign-looks-are-audited, foreign-looks-are-told-once-an-hour
    await run(
      db,
      `insert into audit_log (actor, action, subject_id, enterprise_id, seller_id, request_id)
       select :accountId, 'access.refused', :id, :enterpriseId, :sellerId, :requestId
        where exists (select from ${table} where id = :id)
          and not exists (select from audit_log
                           where subject_id = :id and actor = :accountId and action = 'access.refused'
                             and at > now() - interval '1 hour')`,
      { ...look, id },
    );
  }
}

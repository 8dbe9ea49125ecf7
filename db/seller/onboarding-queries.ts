import type { OnboardingStage } from '../../domain/seller/onboarding-states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface OnboardingRow {
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly stage: OnboardingStage;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, seller_id as "sellerId", account_id as "accountId", stage, created_at as "createdAt",
  updated_at as "updatedAt"`;

/** `accountId`: whose it must be; null for who may see all. */
export async function onboardingById(
  db: Queryable,
  id: string,
  accountId: string | null,
): Promise<OnboardingRow | undefined> {
  // rule: own-onboardings-alone
  return firstRow<OnboardingRow>(
    db,
    `select ${columns} from seller_onboardings
      where id = :id and (:accountId::text is null or account_id = :accountId)`,
    { id, accountId },
  );
}

export async function onboardingOfAccount(db: Queryable, accountId: string): Promise<OnboardingRow | undefined> {
  return firstRow<OnboardingRow>(db, `select ${columns} from seller_onboardings where account_id = :accountId`, {
    accountId,
  });
}

export async function listOnboardings(
  db: Queryable,
  accountId: string | null,
  request: PageRequest,
): Promise<Page<OnboardingRow>> {
  const found = await rows<OnboardingRow>(
    db,
    `select ${columns} from seller_onboardings
      where (:accountId::text is null or account_id = :accountId) and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { accountId, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** A seller as its routes find it. */
export interface SellerRow {
  readonly sellerId: string;
  readonly accountId: string;
  readonly onboardingId: string;
  readonly stage: OnboardingStage;
  readonly verificationId: string | null;
  readonly informationId: string | null;
  readonly subject: { readonly name: string; readonly code: string } | null;
}

export async function sellerById(
  db: Queryable,
  sellerId: string,
  accountId: string | null,
): Promise<SellerRow | undefined> {
  // rule: own-seller-alone
  return firstRow<SellerRow>(
    db,
    `select s.id as "sellerId", s.account_id as "accountId", o.id as "onboardingId", o.stage,
            o.verification_id as "verificationId", o.information_id as "informationId",
            case when s.subject_code is not null
                 then jsonb_build_object('name', s.subject_name, 'code', s.subject_code) end as subject
       from sellers s join seller_onboardings o on o.seller_id = s.id
      where s.id = :sellerId and (:accountId::text is null or s.account_id = :accountId)`,
    { sellerId, accountId },
  );
}

/** Enough to start the run of an onboarding again from facts. */
export async function onboardingOrigin(
  db: Queryable,
  onboardingId: string,
): Promise<
  { readonly onboardingId: string; readonly accountId: string; readonly agreementVersion: string } | undefined
> {
  return firstRow(
    db,
    `select id as "onboardingId", account_id as "accountId", agreement_version as "agreementVersion"
       from seller_onboardings where id = :onboardingId`,
    { onboardingId },
  );
}

/** What lists show of the case, and since when nothing happened. */
export interface ShownCase {
  readonly now: Date;
  readonly shown: { readonly whoseTurn: string; readonly dueAt: Date | null };
  readonly turnSince: Date;
  readonly remindersSent: number;
}

export async function shownCase(db: Queryable, onboardingId: string): Promise<ShownCase | undefined> {
  const row = await firstRow<Omit<ShownCase, 'shown'> & ShownCase['shown']>(
    db,
    `select now() as now, c.whose_turn as "whoseTurn", c.due_at as "dueAt", o.turn_since as "turnSince",
            o.reminders_sent as "remindersSent"
       from seller_onboardings o join process_cases c on c.kind = 'seller_onboarding' and c.subject_id = o.id
      where o.id = :onboardingId`,
    { onboardingId },
  );
  if (row === undefined) return undefined;
  const { whoseTurn, dueAt, ...rest } = row;
  return { ...rest, shown: { whoseTurn, dueAt } };
}

/** A submission that a person judges, or judged. */
interface HandedOver {
  readonly id: string;
  readonly reviewId: string;
  readonly inReview: boolean;
  readonly withdrawn: boolean;
}

/** What of the onboarding's submissions runs of others are begun or ended for. */
export interface BegunForOthers {
  readonly verification: HandedOver | null;
  readonly information: HandedOver | null;
  readonly unpaidFeeId: string | null;
  readonly scanReady: boolean;
}

export async function begunForOthers(db: Queryable, onboardingId: string): Promise<BegunForOthers | undefined> {
  return firstRow<BegunForOthers>(
    db,
    // rule: scan-is-awaited-in-review-too
    `select case when v.review_id is not null then jsonb_build_object('id', v.id, 'reviewId', v.review_id,
                   'inReview', v.state = 'in_review', 'withdrawn', v.state = 'withdrawn') end as verification,
            case when i.review_id is not null then jsonb_build_object('id', i.id, 'reviewId', i.review_id,
                   'inReview', i.state = 'in_review', 'withdrawn', false) end as information,
            (select f.id from certification_fees f where f.seller_id = o.seller_id and f.year = 1
                and f.state in ('unpaid', 'paying')) as "unpaidFeeId",
            not (coalesce(v.method, '') = 'legal_person_scan' and v.state in ('in_progress', 'in_review')
                 and v.proof = 'pending') as "scanReady"
       from seller_onboardings o left join enterprise_verifications v on v.id = o.verification_id
            left join company_informations i on i.id = o.information_id
      where o.id = :onboardingId`,
    { onboardingId },
  );
}

/** The form that counts; undefined before the first. */
export async function currentVerificationId(db: Queryable, onboardingId: string): Promise<string | undefined> {
  const found = await firstRow<{ id: string | null }>(
    db,
    'select verification_id as id from seller_onboardings where id = :onboardingId',
    { onboardingId },
  );
  return found?.id ?? undefined;
}

import { rows, type Db, type Queryable } from '../../db/connection';
import { sellerFacts } from '../../db/seller/facts';
import { onboardingStanding } from '../../domain/seller/standing';
import { controlsOf } from '../support/seller-journey';
import type { World } from './world';

/** What must never be found among sellers that came by the product's own way; each row is a fault, told in words. */
const forbiddenInSellers: readonly string[] = [
  // 缴纳 or 暂不缴纳 opens the seller centre, and nothing else; with it comes the role.
  `select format('seller %s at %s: centre opened by %s, fee paid %s, deferred %s, roles %s', s.id, o.stage,
                 s.centre_opened_by, f.paid, f.deferred, a.roles) as fault
     from sellers s join seller_onboardings o on o.seller_id = s.id join accounts a on a.id = s.account_id
     cross join lateral (select coalesce(bool_or(state in ('paid', 'expired')), false) as paid,
                                coalesce(bool_or(deferred_at is not null), false) as deferred
                           from certification_fees where seller_id = s.id) f
    where (s.centre_opened_at is not null) <> (o.stage in ('seller_centre', 'complete'))
       or (s.centre_opened_at is not null) <> ('seller' = any (a.roles))
       or (s.centre_opened_by = 'fee' and not f.paid) or (s.centre_opened_by = 'defer' and not f.deferred)`,

  // No step without the one before it.
  `select format('onboarding %s is at %s: verified %s, informed %s, %s first fees', o.id, o.stage,
                 s.subject_verified_at is not null, i.times, f.times) as fault
     from seller_onboardings o join sellers s on s.id = o.seller_id
     cross join lateral (select count(*) as times from company_informations
                          where seller_id = s.id and state = 'accepted') i
     cross join lateral (select count(*) as times from certification_fees where seller_id = s.id and year = 1) f
    where (o.stage <> 'enterprise_verification') <> (s.subject_verified_at is not null)
       or (o.stage in ('certification_fee', 'seller_centre', 'complete'))::integer <> i.times
       or i.times <> f.times`,

  `select format('subject of %s is %s, its verifications met: %s', s.id, s.subject_code, v.codes) as fault
     from sellers s
     cross join lateral (select array_agg(code) as codes from enterprise_verifications
                          where seller_id = s.id and state = 'met') v
    where (s.subject_code is null and v.codes is not null) or v.codes is distinct from
          case when s.subject_code is not null then array[s.subject_code] end`,

  `select format('verification %s is %s (%s) without being the one of %s', v.id, v.state, v.method, o.id) as fault
     from enterprise_verifications v join seller_onboardings o on o.seller_id = v.seller_id
    where v.state in ('in_progress', 'in_review', 'met') and o.verification_id is distinct from v.id`,

  // Whoever told the right amount, once, proved it; and nobody else.
  `select format('transfer of %s is %s, its amount told rightly %s times', v.id, v.proof, e.times) as fault
     from enterprise_verifications v
     cross join lateral (select count(*) as times from transfer_amount_entries
                          where verification_id = v.id and outcome = 'right') e
    where v.method = 'corporate_transfer' and e.times <> (v.proof = 'proven')::integer`,

  // Something is always to come: a question with its time, a proof with its end, a review.
  `select format('verification %s: registry %s, proof %s, and nothing to come', id, registry, proof) as fault
     from enterprise_verifications
    where state = 'in_review' and review_id is null
       or state = 'in_progress' and registry in ('pending', 'not_found') and registry_next_at is null
       or state = 'in_progress' and registry in ('agreed', 'accepted') and proof_next_at is null
          and (proof not in ('pending', 'begun') or due_at is null)`,

  `select format('case %s of %s at %s: nobody is to do anything', id, seller_id, stage) as fault
     from process_cases c
    where state = 'open' and seller_id is not null and whose_turn = 'nobody' and due_at is null
      and not exists (select 1 from merchant_applications m where m.id = c.subject_id and m.next_at is not null)`,

  `select format('onboarding %s is at %s, its case %s (%s)', o.id, o.stage, c.stage, c.state) as fault
     from seller_onboardings o left join process_cases c on c.kind = 'seller_onboarding' and c.subject_id = o.id
    where c.id is null or c.stage <> o.stage or (c.closed_at is null) <> (o.stage <> 'complete')`,

  `select format('onboarding %s has %s claims', o.id, count(c.id)) as fault
     from seller_onboardings o left join commands c on c.resource_id = o.id and c.route = 'POST /v1/seller-onboardings'
                                                    and c.effect_at is not null
    group by o.id having count(c.id) <> 1`,

  `select format('application %s of %s at %s under %s: %s, its case %s (%s), fee paid %s', m.id, m.seller_id, m.channel,
                 m.request_number, m.state, c.stage, c.state, f.paid) as fault
     from merchant_applications m left join process_cases c on c.kind = 'merchant_id' and c.subject_id = m.id
     cross join lateral (select coalesce(bool_or(state in ('paid', 'expired')), false) as paid
                           from certification_fees where seller_id = m.seller_id) f
    where m.request_number <> m.seller_id or c.stage is distinct from m.state or c.state <> 'open' or not f.paid
       or not exists (select 1 from merchant_submission_uses u
                       where u.application_id = m.id and u.submission_id = m.submission_id)`,

  `select format('review %s is %s, its case %s (%s), its submission %s', r.id, r.state, c.stage, c.state, s.state) as fault
     from reviews r left join process_cases c on c.kind = 'review' and c.subject_id = r.id
     left join (select id, state from enterprise_verifications
                union all select id, state from company_informations) s on s.id = r.submission_id
    where c.stage is distinct from r.state or (c.closed_at is null) <> (r.state in ('waiting', 'claimed'))
       or (s.state is not distinct from 'in_review') <> (r.state in ('waiting', 'claimed'))`,

  `select format('notice %s has %s deliveries', n.id, count(d.channel)) as fault
     from notices n left join notice_deliveries d on d.notice_id = n.id group by n.id having count(d.channel) <> 2`,
];

/** What is late by more than a moment: nobody did what was owed. */
const overdueInSellers = `
  select format('verification %s: %s, registry %s, proof %s, %s', id, state, registry, proof, late) as fault
    from enterprise_verifications
    cross join lateral (select case
        when state = 'in_progress' and registry in ('pending', 'not_found') then registry_next_at
        when state = 'in_progress' and proof in ('pending', 'begun') then least(proof_next_at, due_at) end as late) l
   where late < now() - interval '5 seconds'
  union all
  select format('application %s is %s, owed %s', id, state, next_at) from merchant_applications
   where next_at < now() - interval '5 seconds'
  union all
  select format('fee %s is %s, owed %s', id, state, due_at) from certification_fees
   where due_at < now() - interval '5 seconds'
  union all
  select format('onboarding %s waits for a fee that is paid', o.id)
    from seller_onboardings o join certification_fees f on f.seller_id = o.seller_id
   where o.stage = 'certification_fee' and f.state in ('paid', 'expired')
  union all
  select format('%s is in review, and nobody reviews it', s.id)
    from (select id, state from enterprise_verifications union all select id, state from company_informations) s
   where s.state = 'in_review' and not exists (select 1 from reviews where submission_id = s.id)
  union all
  select format('delivery of %s by %s: %s tries, owed %s', notice_id, channel, attempts, next_at) from notice_deliveries
   where state = 'waiting' and next_at < now() - interval '5 seconds'`;

async function told(db: Queryable, sql: string): Promise<string[]> {
  return (await rows<{ fault: string }>(db, sql)).map(({ fault }) => fault);
}

export async function faultsOfSellers(db: Queryable): Promise<string[]> {
  const found: string[] = [];
  for (const sql of forbiddenInSellers) found.push(...(await told(db, sql)));
  return found;
}

/** Once it is quiet nothing is late, lists tell whose turn it is, and the books outside are ours. */
export async function lateInSellers(world: World): Promise<string[]> {
  return [
    ...(await told(world.db, overdueInSellers)),
    ...(await staleTurns(world.db)),
    ...(await differencesOutside(world)),
  ];
}

/** Cases that something happened to lately, and that lists show otherwise than the one computed answer says. */
export async function staleTurns(db: Db): Promise<string[]> {
  const shown = await rows<{ id: string; sellerId: string; turn: string }>(
    db,
    `select subject_id as id, seller_id as "sellerId", whose_turn as turn from process_cases
      where kind = 'seller_onboarding' and updated_at > now() - interval '5 minutes'`,
  );
  const faults: string[] = [];
  for (const { id, sellerId, turn } of shown) {
    const facts = await sellerFacts(db, sellerId);
    const is = facts === undefined ? 'nobody knows whose' : onboardingStanding(facts).whoseTurn;
    if (is !== turn) faults.push(`onboarding ${id} is shown as ${turn}'s turn, and is ${is}'s`);
  }
  return faults;
}

/** Every difference between what bank, channels and post did and what we think they did. */
async function differencesOutside({ db, channel }: World): Promise<string[]> {
  const outside = controlsOf(channel.url);
  const [transfers, applications, messages] = await Promise.all([
    outside('GET', '/transfers/orders'),
    outside('GET', '/merchant-applications'),
    channel.messages(),
  ]);
  const theirs = {
    transfer: (transfers.items as { reference: string; state: string }[]).map((one) => `${one.reference} ${one.state}`),
    application: (applications.items as { reference: string; channel: string; forms: number }[]).map(
      (one) => `${one.reference} ${one.channel} ${one.forms} forms`,
    ),
    message: messages.map(({ id }) => id),
  };
  const ours = {
    transfer: `select id || ' sent' as fault from enterprise_verifications where transfer_arrived_at is not null`,
    application: `select seller_id || ' ' || channel || ' ' || count(u.submission_id) || ' forms' as fault
                    from merchant_applications m join merchant_submission_uses u on u.application_id = m.id
                   where m.state <> 'submitted' group by m.id`,
    message: `select notice_id || '-' || channel as fault from notice_deliveries where state = 'sent'`,
  };
  const faults: string[] = [];
  for (const what of ['transfer', 'application', 'message'] as const)
    faults.push(...differences(what, theirs[what], await told(db, ours[what])));
  return faults;
}

export function differences(what: string, theirs: readonly string[], ours: readonly string[]): string[] {
  const [there, here] = [new Set(theirs), new Set(ours)];
  return [
    ...theirs.filter((one, at) => theirs.indexOf(one) !== at).map((one) => `${what} ${one} is there twice`),
    ...theirs.filter((one) => !here.has(one)).map((one) => `${what} ${one} is there, and unknown to us`),
    ...ours.filter((one) => !there.has(one)).map((one) => `${what} ${one} is ours, and not there`),
  ];
}

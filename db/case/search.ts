/**
 * A word is looked for in so many of the newest cases: there is no index of parts of words, since that of PostgreSQL
 * knows no Chinese ones unless the database has a locale that does. In a million cases it took most of a second.
 */
export const newestLookedThrough = 50_000;

/** Any public id: a prefix and a ULID. */
const publicId = /^([a-z]{2,4})_[0-9a-z]{26}$/;

/** Whom or what a case is about, by the prefix of an id that is neither its own nor its subject's. */
const about: Readonly<Record<string, string>> = {
  sel: 'seller_id = :q',
  ent: 'enterprise_id = :q',
  // What was handed in, and the product it was handed in for.
  ...Object.fromEntries(
    ['sbm', 'ver', 'cmi'].map((prefix) => [
      prefix,
      'subject_id = any(array(select r.id from reviews r where r.submission_id = :q))',
    ]),
  ),
  prd: `subject_id = any(array(select r.id from product_submissions s join reviews r on r.submission_id = s.id
                                where s.product_id = :q))`,
};

/** Sellers by the company, the account or the login; enterprises by their name. So many of each, the newest. */
const ofSellers = `array(select s.id from sellers s join accounts a on a.id = s.account_id
  where strpos(lower(s.subject_name), lower(:q)) > 0 or strpos(lower(a.display_name), lower(:q)) > 0
     or strpos(lower(a.login), lower(:q)) > 0
  order by s.id desc limit 200)`;
const ofEnterprises = `array(select id from enterprises where strpos(lower(name), lower(:q)) > 0
  order by id desc limit 200)`;

const newestButSoMany = `coalesce((select id from process_cases order by id desc offset :newest limit 1), '')`;

/**
 * The conditions of a search. What looks like an id is looked up: of the case, its subject, its seller or enterprise, or
 * of what a review judges. Anything else is part of the title, or of the name of its seller or enterprise; `isOfFew`: all
 * that are asked for can be read, else the newest are.
 */
export function searchOf(q: string, isOfFew: boolean): string[] {
  const prefix = publicId.exec(q)?.[1];
  // rule: ids-find-what-is-about-them
  if (prefix !== undefined) return [`(${['id = :q', 'subject_id = :q', about[prefix] ?? []].flat().join(' or ')})`];
  const found = `(strpos(lower(title), lower(:q)) > 0 or seller_id = any(${ofSellers})
                  or enterprise_id = any(${ofEnterprises}))`;
  // rule: titles-are-looked-for-in-the-newest
  return isOfFew ? [found] : [found, `id > ${newestButSoMany}`];
}

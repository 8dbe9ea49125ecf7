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

/**
 * Is the word part of the text, whatever the case of its letters? Chinese has none, and to lower fifty thousand titles
 * takes three times as long as to look through them.
 */
function wordIn(q: string): (text: string) => string {
  return q.toLowerCase() === q.toUpperCase()
    ? (text) => `strpos(${text}, :q) > 0`
    : (text) => `strpos(lower(${text}), lower(:q)) > 0`;
}

/** Sellers by the company, the account or the login; so many, the newest. */
const ofSellers = (has: (text: string) => string): string => `array(
  select s.id from sellers s join accounts a on a.id = s.account_id
   where ${['s.subject_name', 'a.display_name', 'a.login'].map(has).join(' or ')}
   order by s.id desc limit 200)`;

/** Enterprises by their name; so many, the newest. */
const ofEnterprises = (has: (text: string) => string): string => `array(
  select id from enterprises where ${has('name')} order by id desc limit 200)`;

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
  const has = wordIn(q);
  const found = `(${has('title')} or seller_id = any(${ofSellers(has)}) or enterprise_id = any(${ofEnterprises(has)}))`;
  // rule: titles-are-looked-for-in-the-newest
  return isOfFew ? [found] : [found, `id > ${newestButSoMany}`];
}

import type { Knex } from 'knex';

/** 资质、案例、视频: what is told beside the form of before is judged by what that was judged by. */
const added: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  manual: { 3: ['/specs', '/requirementTemplate'], 4: ['/requirementTemplate'], 5: ['/requirementTemplate'] },
  saas: { 3: ['/specs'] },
  image: {
    1: ['/cases', '/videoId'],
    3: ['/cases', '/industries', '/softwareTags', '/regions', '/version'],
    4: ['/cases', '/regions', '/version'],
    5: ['/cases', '/industries', '/softwareTags', '/regions', '/qualificationIds'],
  },
};

const ids: Readonly<Record<string, string>> = {
  manual: 'crs_01kaq0000000000000000000q1',
  saas: 'crs_01kaq0000000000000000000q2',
  image: 'crs_01kaq0000000000000000000q3',
};

/** Of images alone, behind the others. */
const qualified = [
  '资质证书清晰、真实、在有效期内，案例属实',
  'The qualifications are legible, genuine and in force, and the cases are true',
] as const;

/**
 * A second version of the criteria of products, where operators have published none of their own: open reviews keep the
 * one they were opened with.
 */
export async function up(knex: Knex): Promise<void> {
  for (const [deliveryType, fields] of Object.entries(added)) {
    const id = ids[deliveryType] ?? '';
    const begun = await knex.raw<{ rowCount: number }>(
      `insert into review_criteria_sets (id, kind, delivery_type, version)
       select ?, 'product', ?, 2 where not exists
         (select from review_criteria_sets where kind = 'product' and delivery_type = ? and version > 1)`,
      [id, deliveryType, deliveryType],
    );
    if (begun.rowCount === 0) continue;
    await knex.raw(
      `insert into review_criteria (set_id, number, zh, en, fields)
       select ?, c.number, c.zh, c.en,
              c.fields || array(select jsonb_array_elements_text(?::jsonb -> c.number::text))
         from review_criteria c join review_criteria_sets s on s.id = c.set_id
        where s.kind = 'product' and s.delivery_type = ? and s.version = 1`,
      [id, JSON.stringify(fields), deliveryType],
    );
  }
  await knex.raw(
    `insert into review_criteria (set_id, number, zh, en, fields)
     select s.id, (select max(number) + 1 from review_criteria where set_id = s.id), ?, ?,
            array['/qualificationIds', '/cases']
       from review_criteria_sets s where s.id = ?`,
    [...qualified, ids['image'] ?? ''],
  );
}

export async function down(knex: Knex): Promise<void> {
  const of = Object.values(ids);
  await knex.raw('delete from review_criteria where set_id = any(?)', [of]);
  await knex.raw('delete from review_criteria_sets where id = any(?)', [of]);
}

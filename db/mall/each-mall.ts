/**
 * A page of what several malls have is the newest of each, put together: one walk along an index (mall_id, …, id) a mall,
 * as long as the page, however much there is beside it.
 *
 * Each part asks for `mall_id = any (array[…])` and sorts by (mall_id, id), though one mall is meant. Written as a plain
 * equality sorted by id, the planner may also walk the primary key, newest first, and drop what is not wanted; it guesses
 * that this is over soon, and where the newest rows are another mall's or in another state, it reads them all.
 */
export const eachMall = 'unnest(:mallIds::text[]) as mall (id) cross join lateral';

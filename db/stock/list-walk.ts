/**
 * Along which index a page of allocations or sub-stocks is read: of the commodity, of the mall, or of all the enterprise
 * has. A list asks for `column = any (array[…])` and sorts by (column, id), though one value is meant; why, `eachMall`
 * tells.
 */
export function walkedBy(filter: {
  readonly mallId: string | null;
  readonly commodityId: string | null;
}): 'commodity_id' | 'mall_id' | 'enterprise_id' {
  if (filter.commodityId !== null) return 'commodity_id';
  return filter.mallId === null ? 'enterprise_id' : 'mall_id';
}

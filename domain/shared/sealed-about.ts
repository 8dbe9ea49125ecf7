/**
 * What a sealed text of a row is sealed about, unless an aggregate has words of its own: table, column and row. It cannot
 * be opened in another place.
 */
export function sealedAbout(table: string, column: string, id: string): string {
  return `${table}.${column}:${id}`;
}

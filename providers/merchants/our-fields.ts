/** JSON Pointers into the form as a seller sends it (`{form: {…}}`). */
export const ourFields = {
  shortName: '/form/shortName',
  servicePhone: '/form/servicePhone',
  legalName: '/form/legalRepresentative/name',
  legalIdNumber: '/form/legalRepresentative/idNumber',
  administratorName: '/form/administrator/name',
  administratorIdNumber: '/form/administrator/idNumber',
  administratorMobile: '/form/administrator/mobile',
  administratorEmail: '/form/administrator/email',
  licence: '/form/licenceDocumentId',
  /** Of none of its fields: the subject and the corporate account stand elsewhere. */
  none: '',
} as const;

const pointers: ReadonlySet<string> = new Set(Object.values(ourFields));

/** A channel's field as ours; `known` are its own names, the last part of a longer one counts too. */
export function ourField(known: Readonly<Record<string, string>>, field: string): string {
  const names = [field, field.replace(/^.*[./]/, '')];
  for (const name of names) if (Object.hasOwn(known, name)) return known[name] ?? ourFields.none;
  // Staff of a channel may name what our seller reads.
  const pointer = `/${field.replace(/^\/?(?:form[./])?/, 'form/').replaceAll('.', '/')}`;
  return pointers.has(pointer) ? pointer : ourFields.none;
}

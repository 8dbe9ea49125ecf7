import { ulid } from 'ulid';
import { idPrefixes, type IdKind } from '../domain/shared/ids';

/** A fresh public id: random, and sortable by the moment it was allocated. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${ulid().toLowerCase()}`;
}

import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { idPrefixes, type IdKind } from '../domain/shared/ids';

/** A fresh public id: random, and sortable by the moment it was allocated. */
export function newId(kind: IdKind): string {
  // By itself ulid asks the system for each of its 16 characters, which costs several times as much.
  const random = randomBytes(16).values();
  return `${idPrefixes[kind]}_${ulid(undefined, () => (random.next().value ?? 0) / 256).toLowerCase()}`;
}

import { TextDecoder } from 'node:util';

/** What the bytes say, when they are JSON in proper UTF-8; else undefined, which has the shape of no answer. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** A code that others sent, if it is one: what it is not could hold anything. */
export function codeOf(text: string): string {
  // rule: provider-codes-are-codes
  return /^[A-Za-z0-9_.]{1,64}$/.test(text) ? text : 'CODE_SHAPE';
}

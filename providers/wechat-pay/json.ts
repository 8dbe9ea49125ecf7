import { TextDecoder } from 'node:util';

/**
 * What the bytes say, when they are JSON in proper UTF-8.
 * @throws Error when they are not
 */
export function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

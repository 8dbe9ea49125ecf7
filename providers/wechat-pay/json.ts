import { TextDecoder } from 'node:util';

/** Numbers of the channel that are longer than JavaScript's: they are read as the text they are. */
const longNumbers = /("applyment_id"\s*:\s*)(\d+)/g;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What the bytes say, when they are JSON in proper UTF-8.
 * @throws Error when they are not
 */
export function jsonOf(bytes: Uint8Array): unknown {
  const text = utf8.decode(bytes);
  // rule: wechat-pay-long-numbers-are-text
  return JSON.parse(text.replace(longNumbers, '$1"$2"'));
}

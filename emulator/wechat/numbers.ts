import { randomInt } from 'node:crypto';
import { shanghaiDay } from './time';

/** A number of the channel's own, as long as its transactions' and refunds' are: a prefix, the day, and 15 digits. */
export const newNumber = (prefix: string): string =>
  prefix + shanghaiDay(Date.now()).replaceAll('-', '') + String(randomInt(2 ** 47)).padStart(15, '0');

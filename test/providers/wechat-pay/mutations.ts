/** Ways to alter a notification on its way. They know what it looks like, not the keys. */

export interface Message {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** A whole number below the limit. */
export type Random = (limit: number) => number;

/** The same seed throws the same numbers (mulberry32). */
export function dice(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

type Mutation = (message: Message, random: Random, others: readonly Message[]) => Message;

const names = ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-serial', 'wechatpay-signature'] as const;

const anyName = (random: Random): (typeof names)[number] => names[random(names.length)]!;
const text = (message: Message, name: string): string => String(message.headers[name]);
const withHeader = (message: Message, name: string, value: string | readonly string[]): Message => ({
  ...message,
  headers: { ...message.headers, [name]: value },
});
const withBody = (message: Message, body: Buffer): Message => ({ ...message, body });
const reencoded =
  (write: (content: Record<string, unknown>) => string): Mutation =>
  (message) =>
    withBody(message, Buffer.from(write(JSON.parse(message.body.toString()) as Record<string, unknown>)));

const ofBody: Readonly<Record<string, Mutation>> = {
  'a bit of the body': (message, random) => {
    const body = Buffer.from(message.body);
    const at = random(body.length);
    body[at] = body[at]! ^ (1 << random(8));
    return withBody(message, body);
  },
  'a shorter body': (message, random) => withBody(message, message.body.subarray(0, random(message.body.length))),
  'a body without its head': (message, random) =>
    withBody(message, message.body.subarray(1 + random(message.body.length))),
  'a byte more': (message, random) => {
    const at = random(message.body.length + 1);
    return withBody(
      message,
      Buffer.concat([message.body.subarray(0, at), Buffer.from([random(256)]), message.body.subarray(at)]),
    );
  },
  'two bytes changed about': (message, random) => {
    const body = Buffer.from(message.body);
    const [one, other] = [random(body.length), random(body.length)];
    [body[one], body[other]] = [body[other]!, body[one]!];
    return withBody(message, body);
  },
  'white space around': (message, random) => {
    const space = [' ', '\n', '\r\n', '\t', '\uFEFF'][random(5)]!;
    const pieces = random(2) === 0 ? [space, message.body] : [message.body, space];
    return withBody(message, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  },
  'the body of another': (message, random, others) => withBody(message, others[random(others.length)]!.body),
  'the body in the lines of the headers': (message) =>
    withBody(
      withHeader(message, 'wechatpay-nonce', `${text(message, 'wechatpay-nonce')}\n${message.body.toString()}`),
      Buffer.alloc(0),
    ),
  noise: (message, random) => withBody(message, Buffer.from(Array.from({ length: random(300) }, () => random(256)))),
  'written again with line breaks': reencoded((content) => JSON.stringify(content, null, 2)),
  'written again in another order': reencoded((content) =>
    JSON.stringify(Object.fromEntries(Object.entries(content).reverse())),
  ),
  'written again with escapes': reencoded((content) =>
    JSON.stringify(content).replace(
      /[^\x20-\x7e]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  ),
  'another kind of event': reencoded((content) => JSON.stringify({ ...content, event_type: 'REFUND.CLOSED' })),
  'a member twice': reencoded((content) => JSON.stringify(content).replace('{', '{"event_type":"X",')),
};

const ofHeaders: Readonly<Record<string, Mutation>> = {
  'a character of a header': (message, random) => {
    const name = anyName(random);
    const value = text(message, name);
    const at = random(value.length);
    const other = String.fromCharCode(33 + random(94));
    return withHeader(message, name, value.slice(0, at) + other + value.slice(at + 1));
  },
  'a header left out': (message, random) => {
    const name = anyName(random);
    return { ...message, headers: Object.fromEntries(Object.entries(message.headers).filter(([key]) => key !== name)) };
  },
  'a header that is empty': (message, random) => withHeader(message, anyName(random), ''),
  'a header twice': (message, random) => {
    const name = anyName(random);
    return withHeader(message, name, [text(message, name), text(message, name)]);
  },
  'a header in two spellings': (message, random) => {
    const name = anyName(random);
    return withHeader(message, name.toUpperCase(), text(message, name));
  },
  'something after a header': (message, random) => {
    const name = anyName(random);
    const tail = [' ', '=', '\n', ',', '\u0000', 'A', '%', '\r\n'][random(8)]!;
    return withHeader(message, name, text(message, name) + tail);
  },
  'a header of another': (message, random, others) => {
    const name = anyName(random);
    return withHeader(message, name, text(others[random(others.length)]!, name));
  },
  'a huge header': (message, random) => withHeader(message, anyName(random), 'A'.repeat(1 + random(100_000))),
  'two headers changed about': (message, random) => {
    const [one, other] = [anyName(random), anyName(random)];
    return withHeader(withHeader(message, one, text(message, other)), other, text(message, one));
  },
  'another key named': (message, random) => {
    const serials = ['PUB_KEY_ID_1', 'PUB_KEY_ID_2', 'PUB_KEY_ID_3', 'pub_key_id_1', 'constructor', '__proto__'];
    return withHeader(message, 'wechatpay-serial', serials[random(serials.length)]!);
  },
  'another time': (message, random) => {
    const moment = Number(text(message, 'wechatpay-timestamp')) + random(2_000) - 1_000;
    return withHeader(message, 'wechatpay-timestamp', `${random(2) === 0 ? '' : '0'}${moment}`);
  },
  'a shorter signature': (message, random) => {
    const signature = text(message, 'wechatpay-signature');
    return withHeader(message, 'wechatpay-signature', signature.slice(0, random(signature.length)));
  },
  'the signature in another spelling': (message, random) => {
    const signature = text(message, 'wechatpay-signature');
    const spellings = [
      signature.replaceAll('+', '-').replaceAll('/', '_'),
      signature.replace(/=+$/, ''),
      `${signature.slice(0, 76)}\r\n${signature.slice(76)}`,
      Buffer.from(signature, 'base64').toString('hex'),
      `${signature}${signature}`,
    ];
    return withHeader(message, 'wechatpay-signature', spellings[random(spellings.length)]!);
  },
  'a probe': (message) =>
    withHeader(message, 'wechatpay-signature', `WECHATPAY/SIGNTEST/${text(message, 'wechatpay-signature')}`),
};

export const mutations: readonly (readonly [string, Mutation])[] = Object.entries({ ...ofBody, ...ofHeaders });

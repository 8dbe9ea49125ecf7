// @ts-check
'use strict';

const { createCipheriv, createPrivateKey, randomBytes, randomInt, sign } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

/**
 * An attempt a notification is about; `paying`: not paid yet, the payer is about to.
 * @typedef {{ channelNumber: string, paymentId: string, amountFen: number, paying?: boolean }} Told
 */

/**
 * One notification as it goes over the wire.
 * @typedef {{ timestamp: string, nonce: string, serial: string, signature: string, body: Buffer }} Notice
 */

/** The callback form signs in the thread pool: preparing is not measured, and need not take long. */
const signAside = promisify(
  (
    /** @type {Buffer} */ bytes,
    /** @type {import('node:crypto').KeyObject} */ key,
    /** @type {(error: Error | null, signature: Buffer) => void} */ done,
  ) => sign('sha256', bytes, key, done),
);

/**
 * The emulated channel's own keys and names, from its state folder: what is signed with them is as true as what the
 * emulator tells.
 * @param {string} stateDir
 */
function openChannel(stateDir) {
  const text = (/** @type {string} */ name) => fs.readFileSync(path.join(stateDir, 'keys', name), 'utf8');
  /** @type {{ mchid: string, appid: string, platformKeyId: string }} */
  const { mchid, appid, platformKeyId: serial } = JSON.parse(text('identity.json'));
  const key = createPrivateKey(text('platform-private-key.pem'));
  return { mchid, appid, serial, key, publicKey: text('platform-public-key.pem'), apiV3Key: text('api-v3-key.txt') };
}

/** @typedef {ReturnType<typeof openChannel>} Channel */

/** @param {Channel} channel @param {Told} told @returns {Promise<Notice>} */
async function noticeOf({ mchid, appid, serial, key, apiV3Key }, { channelNumber, paymentId, amountFen, paying }) {
  const at = `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
  const content = {
    appid,
    mchid,
    out_trade_no: channelNumber,
    transaction_id: `42000${String(Date.now())}${String(randomInt(1e9)).padStart(9, '0')}`,
    trade_type: 'NATIVE',
    ...(paying
      ? { trade_state: 'USERPAYING', trade_state_desc: '用户支付中' }
      : { trade_state: 'SUCCESS', trade_state_desc: '支付成功', success_time: at }),
    bank_type: 'OTHERS',
    attach: paymentId,
    payer: { openid: `o${randomBytes(13).toString('hex')}` },
    amount: { total: amountFen, payer_total: amountFen, currency: 'CNY', payer_currency: 'CNY' },
  };
  const body = Buffer.from(
    JSON.stringify({
      id: randomBytes(16).toString('hex'),
      create_time: at,
      resource_type: 'encrypt-resource',
      event_type: paying ? 'TRANSACTION.PAYING' : 'TRANSACTION.SUCCESS',
      summary: paying ? '支付中' : '支付成功',
      resource: { original_type: 'transaction', ...sealed(apiV3Key, JSON.stringify(content)) },
    }),
  );
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(16).toString('hex');
  const signature = await signAside(
    Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]),
    key,
  );
  return { timestamp, nonce, serial, signature: signature.toString('base64'), body };
}

/** @param {string} apiV3Key @param {string} plaintext */
function sealed(apiV3Key, plaintext) {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce), { authTagLength: 16 });
  cipher.setAAD(Buffer.from('transaction'));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const algorithm = 'AEAD_AES_256_GCM';
  return { algorithm, ciphertext: ciphertext.toString('base64'), associated_data: 'transaction', nonce };
}

/** @param {Channel} channel @param {readonly Told[]} all @returns {Promise<Notice[]>} */
async function noticesOf(channel, all) {
  /** @type {Notice[]} */
  const notices = [];
  for (let from = 0; from < all.length; from += 64)
    notices.push(...(await Promise.all(all.slice(from, from + 64).map((told) => noticeOf(channel, told)))));
  return notices;
}

module.exports = { openChannel, noticesOf };

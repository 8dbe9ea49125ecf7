// @ts-check
'use strict';

const { createDecipheriv, createPublicKey, verify } = require('node:crypto');
const { Client } = require('pg');
const { allInFlight } = require('./in-flight');
const { noticesOf, openChannel } = require('./notices');

/** A table like the inbox, with its keys and checks. */
const bareTable = 'bench_inbox';

const insert = {
  name: 'take-in',
  text: `insert into ${bareTable} (channel, number, event, event_type, report, state)
         values ('wechat_pay', $1, $2, $3, $4, 'waiting') on conflict (channel, number, event) do nothing`,
};

/**
 * The least that taking a notification in can be: the signature, the seal, one insert. No HTTP, no other process, nothing
 * looked up, nothing of Mallflow's code.
 * @param {{ databaseUrl: string, stateDir: string }} settings
 */
function openBareInbox({ databaseUrl, stateDir }) {
  const channel = openChannel(stateDir);
  const publicKey = createPublicKey(channel.publicKey);
  const apiV3Key = Buffer.from(channel.apiV3Key);
  /** @type {import('./notices').Notice[]} */
  let notices = [];
  /** @type {Promise<Client[]> | undefined} */
  let connections;

  /** @param {number} count */
  const connect = (count) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const client = new Client({ connectionString: databaseUrl });
        await client.connect();
        return client;
      }),
    );

  /** @param {import('./notices').Notice} notice @param {Client} client */
  async function takeInOne({ timestamp, nonce, signature, body }, client) {
    const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
    if (!verify('sha256', message, publicKey, Buffer.from(signature, 'base64'))) throw new Error('not authentic');
    const { event_type: eventType, resource } = JSON.parse(body.toString());
    const bytes = Buffer.from(resource.ciphertext, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', apiV3Key, Buffer.from(resource.nonce), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(-16));
    decipher.setAAD(Buffer.from(resource.associated_data));
    const opened = decipher.update(bytes.subarray(0, -16)).toString() + decipher.final().toString();
    const { out_trade_no: number, transaction_id: transactionId } = JSON.parse(opened);
    await client.query({ ...insert, values: [number, `${eventType}:${transactionId}`, eventType, opened] });
  }

  return {
    retries: {},
    /** @param {{ all: readonly import('./notices').Told[] }} task */
    async prepare({ all }) {
      notices = await noticesOf(channel, all);
    },
    /** @param {{ inFlight: number }} task */
    async takeIn({ inFlight }) {
      connections ??= connect(inFlight);
      const timed = await allInFlight(notices, await connections, takeInOne);
      notices = [];
      return { ...timed, answers: {}, ms: [] };
    },
  };
}

module.exports = { openBareInbox, bareTable };

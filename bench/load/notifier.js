// @ts-check
'use strict';

const net = require('node:net');
const { once } = require('node:events');
const { allInFlight } = require('./in-flight');
const { noticesOf, openChannel } = require('./notices');

/**
 * One kept connection, one request at a time, bytes made beforehand: the client must not be what is measured.
 * @param {number} port
 */
async function connectTo(port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let text = '';
  /** @type {{ resolve: (status: number) => void, reject: (error: Error) => void } | undefined} */
  let waiting;
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += String(chunk);
    const headEnd = text.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0);
    if (text.length < headEnd + 4 + length) return;
    const status = Number(text.slice(9, 12));
    text = '';
    waiting?.resolve(status);
  });
  const fail = (/** @type {Error} */ error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  return {
    /** @param {Buffer} request @returns {Promise<number>} */
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    end: () => socket.destroy(),
  };
}

/**
 * Tells the API what the channel would tell it, over real HTTP.
 * @param {{ apiUrl: string, stateDir: string }} settings
 */
function openNotifier({ apiUrl, stateDir }) {
  const { port, host } = new URL(apiUrl);
  const channel = openChannel(stateDir);
  /** @type {Buffer[]} */
  let requests = [];

  /** @param {import('./notices').Notice} notice */
  function requestOf({ timestamp, nonce, serial, signature, body }) {
    const head = [
      'POST /webhooks/wechat-pay/payments HTTP/1.1',
      `Host: ${host}`,
      'User-Agent: Mozilla/4.0',
      'Accept: */*',
      'Content-Type: application/json',
      `Content-Length: ${String(body.length)}`,
      `Wechatpay-Timestamp: ${timestamp}`,
      `Wechatpay-Nonce: ${nonce}`,
      `Wechatpay-Serial: ${serial}`,
      `Wechatpay-Signature: ${signature}`,
      'Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048',
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  }

  return {
    retries: {},
    /** @param {{ all: readonly import('./notices').Told[] }} task */
    async prepare({ all }) {
      requests = (await noticesOf(channel, all)).map(requestOf);
    },
    /**
     * Everything that was prepared, each once.
     * @param {{ inFlight: number }} task
     */
    async takeIn({ inFlight }) {
      const connections = await Promise.all(Array.from({ length: inFlight }, () => connectTo(Number(port))));
      /** @type {Record<string, number>} */
      const answers = {};
      /** @type {number[]} */
      const ms = [];
      const timed = await allInFlight(requests, connections, async (request, connection) => {
        const sentAt = performance.now();
        const status = await connection.send(request);
        ms.push(performance.now() - sentAt);
        answers[status] = (answers[status] ?? 0) + 1;
      });
      for (const connection of connections) connection.end();
      requests = [];
      return { ...timed, answers, ms };
    },
  };
}

module.exports = { openNotifier };

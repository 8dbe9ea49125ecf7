// @ts-check
'use strict';

const net = require('node:net');
const path = require('node:path');
const { cacheFolder } = require('./cache-folder');
const { takeClaim, dropClaim } = require('./claims');

/**
 * @param {number} port
 * @param {string} [host] without it: all addresses
 * @returns {Promise<boolean>}
 */
function canListen(port, host) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen({ port, ...(host === undefined ? {} : { host }), exclusive: true }, () =>
      probe.close(() => {
        resolve(true);
      }),
    );
  });
}

/**
 * Whether a server could listen on this port now. Both questions are needed: some systems let one listen on a single
 * address beside another that listens on all, and the other way round.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
async function portIsFree(port) {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port));
}

/** @param {number} port */
const claimFile = (port) => path.join(cacheFolder(), 'ports', String(port));

/** @type {Set<number>} */
const claimed = new Set();

process.on('exit', () => {
  claimed.forEach(releasePort);
});

/**
 * Another checkout may have chosen the same port a moment ago and not listen on it yet: a claim closes that gap.
 * @param {number} port
 */
function claimPort(port) {
  try {
    if (takeClaim(claimFile(port))) return false;
    claimed.add(port);
  } catch {
    // A cache that cannot be written costs only the claim: the server's own attempt to listen still decides.
  }
  return true;
}

/** @param {number} port */
function releasePort(port) {
  claimed.delete(port);
  try {
    dropClaim(claimFile(port));
  } catch {
    // As above: no cache, no claim.
  }
}

/**
 * Random ports come from below the range from which systems take the ports of outgoing connections. A client that
 * retries a dead server would otherwise sooner or later occupy the server's port itself.
 */
function* randomPorts() {
  for (let attempt = 0; attempt < 200; attempt += 1) yield 15000 + Math.floor(Math.random() * 16000);
}

/**
 * @param {number} first
 */
function* portsFrom(first) {
  for (let port = first; port < Math.min(first + 200, 65536); port += 1) yield port;
}

/**
 * The first port that is free and claimed by nobody: the remembered one, then `preferred` and the ones after it, or any
 * when no port is preferred. The claim is held until `releasePort` or the end of this process.
 * @param {{ preferred?: number | undefined, remembered?: number | undefined, refused?: ReadonlySet<number> }} wish
 * @returns {Promise<number>}
 */
async function choosePort({ preferred, remembered, refused }) {
  const candidates = [
    ...(remembered === undefined ? [] : [remembered]),
    ...(preferred === undefined ? randomPorts() : portsFrom(preferred)),
  ];
  for (const port of candidates) {
    if (refused?.has(port) || (claimed.has(port) && port !== remembered) || !claimPort(port)) continue;
    if (await portIsFree(port)) return port;
    releasePort(port);
  }
  throw new Error(`No free port found near ${String(preferred ?? 15000)}. Stop what uses these ports and try again.`);
}

module.exports = { portIsFree, choosePort, releasePort };

// @ts-check
'use strict';

const http2 = require('node:http2');

/**
 * One gRPC call with Node's own HTTP/2, to ask a Temporal server whether it is ready. Written out here because it is
 * needed before any dependency is installed, and starting the CLI for each question would cost more than the answer.
 * @param {string} address host:port
 * @param {string} method /package.Service/Method
 * @param {Buffer} message the request in protobuf
 * @param {number} [timeoutMs]
 * @returns {Promise<{ status: string, body: Buffer }>} gRPC status ('0' is fine) and the answer in protobuf
 */
function callGrpc(address, method, message, timeoutMs = 5_000) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${address}`);
    const finish = () => {
      clearTimeout(timer);
      session.destroy();
    };
    const fail = (/** @type {Error} */ error) => {
      finish();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(new Error('no answer in time'));
    }, timeoutMs);
    session.on('error', fail);
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    /** @type {Buffer[]} */
    const chunks = [];
    let status = '';
    const readStatus = (/** @type {import('node:http2').IncomingHttpHeaders} */ headers) => {
      status = String(headers['grpc-status'] ?? status);
    };
    stream.on('response', readStatus);
    stream.on('trailers', readStatus);
    stream.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    stream.on('error', fail);
    stream.on('end', () => {
      finish();
      resolve({ status, body: Buffer.concat(chunks).subarray(5) });
    });
    // A gRPC message is framed by one byte "not compressed" and four bytes of length.
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
}

/**
 * Field number 1 as a text, which is all the requests below consist of.
 * @param {string} text
 */
function textField(text) {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
}

/**
 * Whether the Temporal server at this address takes calls for the namespace.
 * @param {string} address
 * @param {string} [namespace]
 * @returns {Promise<string | undefined>} what is missing, or nothing when it is ready
 */
async function temporalIsMissing(address, namespace = 'default') {
  try {
    const health = await callGrpc(
      address,
      '/grpc.health.v1.Health/Check',
      textField('temporal.api.workflowservice.v1.WorkflowService'),
    );
    // SERVING is value 1 of field 1.
    if (health.status !== '0' || health.body[1] !== 1) return 'the server is not serving yet';
    const described = await callGrpc(
      address,
      '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
      textField(namespace),
    );
    return described.status === '0' ? undefined : `the namespace ${namespace} is not there yet`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

module.exports = { temporalIsMissing };

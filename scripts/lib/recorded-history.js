// @ts-check
'use strict';

/** Who did something, in place of process and host. */
const IDENTITY = 'recorder';

/**
 * A history without what tells of the machine it was recorded on: identities, the names of sticky queues (they carry
 * the worker's identity) and stack traces. None of it matters to replay.
 * @param {unknown} node
 * @returns {unknown}
 */
function withoutTraces(node) {
  if (Array.isArray(node)) return node.map(withoutTraces);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node)
    .filter(([key]) => key !== 'stackTrace')
    .map(([key, value]) => {
      if (key === 'identity') return [key, IDENTITY];
      if (key === 'taskQueue' && value?.kind === 'TASK_QUEUE_KIND_STICKY') return [key, { ...value, name: IDENTITY }];
      return [key, withoutTraces(value)];
    });
  return Object.fromEntries(entries);
}

module.exports = { withoutTraces };

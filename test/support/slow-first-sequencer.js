// @ts-check
'use strict';

const Sequencer = require('@jest/test-sequencer').default;

/** What takes a minute or more: begun last, each would keep one worker idle while the other ends alone. */
const slow =
  /\/(?:faults\/faults|api\/merchant-ids|api\/seller-\w+|docs\/guides|replay\/replay|setup\/start)\.test\.ts$/;

/** As jest orders them, but the slow ones first, also where nothing is known of earlier runs. */
class SlowFirstSequencer extends Sequencer {
  /** @override @param {Parameters<Sequencer['sort']>[0]} tests */
  sort(tests) {
    const ordered = super.sort(tests);
    const isSlow = (/** @type {{ path: string }} */ { path }) => slow.test(path);
    return [...ordered.filter(isSlow), ...ordered.filter((test) => !isSlow(test))];
  }
}

module.exports = SlowFirstSequencer;

// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * The folder shared by all checkouts of this user. `MALLFLOW_CACHE_DIR` names another one; where the home folder cannot
 * be written (some build machines have none), the checkout's own `.cache` serves.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
function cacheFolder(env = process.env) {
  if (env['MALLFLOW_CACHE_DIR']) {
    fs.mkdirSync(env['MALLFLOW_CACHE_DIR'], { recursive: true });
    return path.resolve(env['MALLFLOW_CACHE_DIR']);
  }
  const home = path.join(env['HOME'] || os.homedir(), '.cache', 'mallflow');
  try {
    fs.mkdirSync(home, { recursive: true });
    fs.accessSync(home, fs.constants.W_OK);
    return home;
  } catch {
    const own = path.resolve(__dirname, '..', '..', '.cache', 'mallflow');
    fs.mkdirSync(own, { recursive: true });
    return own;
  }
}

module.exports = { cacheFolder };

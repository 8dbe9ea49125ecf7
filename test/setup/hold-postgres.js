'use strict';

/** A parent to be killed: starts Postgres in the folder given, says so, and waits. */
const { startPostgres } = require('../../scripts/lib/postgres');

startPostgres({ dir: process.argv[2] }).then((server) => {
  console.log(`ready ${String(server.pid)}`);
  process.stdin.resume();
});

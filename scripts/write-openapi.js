// @ts-check
'use strict';

/** npm run openapi: writes docs/openapi.json from the route table, as `GET /openapi.json` serves it. */

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const prettier = require('prettier');

const root = path.resolve(__dirname, '..');
const { openApiDocument } = require(path.join(root, 'dist', 'api', 'http', 'openapi.js'));
const { businessRoutes } = require(path.join(root, 'dist', 'api', 'routes.js'));
const { systemRoutes } = require(path.join(root, 'dist', 'api', 'system', 'routes.js'));

async function main() {
  // The document names the system's own routes; their handlers, and what those need, are not called.
  const routes = [...systemRoutes({ metrics: undefined, document: () => '' }), ...businessRoutes];
  const file = path.join(root, 'docs', 'openapi.json');
  const options = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(JSON.stringify(openApiDocument(routes)), { ...options, parser: 'json' }));
  console.log(`${path.relative(root, file)}: ${routes.length} routes`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

#!/bin/sh
# Creates Temporal's two databases and brings their schemas to the version of the tool, which is the
# version of the server: the schema files are inside the tool. It runs as a one-off job before the
# server starts, and again at each upgrade; a second run changes nothing.
set -eu

: "${SQL_HOST:?the Postgres host}"
: "${SQL_USER:?the login that owns the two databases}"
: "${SQL_PASSWORD:?its password}"
SQL_PORT=${SQL_PORT:-5432}
SQL_PLUGIN=postgres12
export SQL_HOST SQL_PORT SQL_USER SQL_PASSWORD SQL_PLUGIN

tool=${TEMPORAL_SQL_TOOL:-temporal-sql-tool}
main=${TEMPORAL_DB:-temporal}
visibility=${TEMPORAL_VISIBILITY_DB:-temporal_visibility}
attempts=${SETUP_ATTEMPTS:-30}

# The first call is also the wait for Postgres: creating a database that exists is no error, so a
# failure means that Postgres does not answer yet or refuses the login.
attempt=1
until "$tool" --database "$main" create-database; do
  if [ "$attempt" -ge "$attempts" ]; then
    echo "schema: Postgres at $SQL_HOST:$SQL_PORT did not let $SQL_USER in after $attempts attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done
"$tool" --database "$visibility" create-database

# Version 0.0 only creates the version tables; everything else comes from the numbered updates, so a
# new installation and an upgraded one end with the same schema.
"$tool" --database "$main" setup-schema --version 0.0
"$tool" --database "$main" update-schema --schema-name postgresql/v12/temporal
"$tool" --database "$visibility" setup-schema --version 0.0
"$tool" --database "$visibility" update-schema --schema-name postgresql/v12/visibility

echo "schema: $main and $visibility are up to date"

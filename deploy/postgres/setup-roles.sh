#!/bin/sh
# Creates the logins and the product's database, as the superuser named by PGUSER.
# It runs as a one-off job before the migrations and changes nothing on a second run, except that
# the passwords follow the environment: to rotate one, change it there and run the job again.
#
#   mallflow_owner  owns the database and migrates; nothing that serves requests knows its password
#   mallflow_api    what api and worker sign in as; its rights come only from the group role mallflow_app
#   temporal        owns Temporal's two databases and cannot connect to ours
set -eu

: "${PGHOST:?the Postgres host}"
: "${PGUSER:?the Postgres superuser}"
: "${PGPASSWORD:?the password of the Postgres superuser}"
: "${OWNER_DB_PASSWORD:?the password of mallflow_owner}"
: "${APP_DB_PASSWORD:?the password of mallflow_api}"
: "${TEMPORAL_DB_PASSWORD:?the password of temporal}"
export PGHOST PGUSER PGPASSWORD OWNER_DB_PASSWORD APP_DB_PASSWORD TEMPORAL_DB_PASSWORD

# The passwords also stand in connection URLs, where other characters would need escaping: refusing
# them here is clearer than a sign-in that fails later.
refuse_special() {
  case $2 in
    *[!A-Za-z0-9._~-]*)
      echo "$1 may only hold letters, digits and . _ ~ - (deploy/new-env.sh makes such passwords)" >&2
      exit 1
      ;;
  esac
}
refuse_special OWNER_DB_PASSWORD "$OWNER_DB_PASSWORD"
refuse_special APP_DB_PASSWORD "$APP_DB_PASSWORD"
refuse_special TEMPORAL_DB_PASSWORD "$TEMPORAL_DB_PASSWORD"

psql --no-psqlrc --quiet --tuples-only --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

-- The server would otherwise log the statements below, passwords included.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET client_min_messages = 'warning';

-- The migrations create the group role too where it is missing: whichever comes first.
SELECT format('CREATE ROLE %I', role)
FROM unnest(ARRAY['mallflow_app', 'mallflow_owner', 'mallflow_api', 'temporal']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

ALTER ROLE mallflow_app NOLOGIN;
ALTER ROLE mallflow_owner LOGIN CREATEROLE PASSWORD :'owner_password';
ALTER ROLE mallflow_api LOGIN NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
-- CREATEDB: its set-up job creates the two databases itself.
ALTER ROLE temporal LOGIN NOCREATEROLE CREATEDB PASSWORD :'temporal_password';

-- Spelled out, since the creator of a role has the first of the three only.
GRANT mallflow_app TO mallflow_owner WITH ADMIN TRUE, SET TRUE, INHERIT TRUE;
GRANT mallflow_app TO mallflow_api;

SELECT 'CREATE DATABASE mallflow OWNER mallflow_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mallflow') \gexec
REVOKE ALL ON DATABASE mallflow FROM PUBLIC;
GRANT CONNECT ON DATABASE mallflow TO mallflow_app;
SQL

echo "roles: mallflow_owner, mallflow_api (in mallflow_app) and temporal are there; database mallflow is there"

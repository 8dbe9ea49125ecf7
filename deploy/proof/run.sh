#!/bin/sh
# Proves the deployment of docker-compose.yml on a machine without Docker: the same set-up scripts, the
# same server configuration and the same commands, in the same order, against a Temporal server of the
# same version built from its Go module, with PostgreSQL 18 underneath.
#
#   sh deploy/proof/run.sh
#
# Needs Go, psql 15 or newer, and npm ci run before. The first run builds the server (about 8 minutes on
# two cores); later ones take it from the cache.
#
#   PROOF_CACHE   where the built server is kept     (.cache/deploy-proof)
#   PROOF_KEEP    set: leave the working folder, with all logs, for a look afterwards
#   PROOF_PARTS   "server" proves Temporal alone; "all" the product on top of it   (all)
#   TEMPORAL_CLI  path of the Temporal CLI            (found as npm start finds it)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# What is deployed is what is proved: the version comes from the compose file.
version=$(sed -n 's/^ *image: temporalio\/server:\([0-9][0-9.]*\).*/\1/p' docker-compose.yml)
cache=${PROOF_CACHE:-$root/.cache/deploy-proof}
parts=${PROOF_PARTS:-all}
work=$(mktemp -d)
logs=$work/logs
mkdir -p "$logs" "$cache"
started=$(date +%s)

# The caller's own settings must not reach the servers and programs under proof.
unset PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGOPTIONS PGSERVICE TEMPORAL_ADDRESS TEMPORAL_NAMESPACE \
  DATABASE_URL APP_DATABASE_URL NODE_ENV 2>/dev/null || true

# --- telling, failing, ending ------------------------------------------------

say() { printf '\n[%4ds] %s\n' "$(($(date +%s) - started))" "$*"; }
show() { sed 's/^/        /'; }

# Runs a step and shows its last line. Its output goes through a file: a pipe would hide its failure.
step() { # name of its log, command...
  current=$1
  shift
  ("$@") >"$logs/$current.log" 2>&1
  grep . "$logs/$current.log" | tail -n 1 | show
}

passed=0
check() { # what, expected, found
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    printf '   ok   %s: %s\n' "$1" "$3"
  else
    printf '   FAIL %s: expected %s, found %s\n' "$1" "$2" "$3"
    exit 1
  fi
}

current='' api='' worker='' temporal='' postgres=''

# Asks a process to end, and waits: a server below must still be there while one above it drains.
stop() { # pid, signal
  [ -n "$1" ] || return 0
  kill -s "$2" "$1" 2>/dev/null || return 0
  waited=0
  while kill -0 "$1" 2>/dev/null; do
    if [ "$waited" -ge 40 ]; then
      kill -s KILL "$1" 2>/dev/null || true
      break
    fi
    waited=$((waited + 1))
    sleep 1
  done
}

finish() {
  code=$?
  trap - EXIT
  stop "$api" TERM
  stop "$worker" TERM
  stop "$temporal" TERM
  stop "$postgres" INT
  if [ "$code" -ne 0 ]; then
    for log in "$current" temporal worker api; do
      [ -s "$logs/$log.log" ] || continue
      printf '\n--- end of the log of %s\n' "$log"
      tail -n 12 "$logs/$log.log" | cut -c 1-300
    done
    printf '\ndeployment proof: FAILED after %d checks\n' "$passed"
  fi
  if [ -n "${PROOF_KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wait_for() { # what, seconds, command...
  what=$1
  left=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      echo "   FAIL $what: not in time"
      exit 1
    fi
    sleep 1
  done
}

answers() { # url
  node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$1"
}

# --- 1. the server, built ----------------------------------------------------

say "Temporal server $version and its schema tool"
[ -n "$version" ] || { echo "no temporalio/server image in docker-compose.yml" >&2; exit 1; }
bin=$cache/temporal-$version
if [ ! -x "$bin/temporal-server" ] || [ ! -x "$bin/temporal-sql-tool" ]; then
  echo "        building from go.temporal.io/server@v$version, without cgo; this takes minutes"
  mkdir -p "$bin"
  # From outside the module, `go install` takes exactly the published version and its own go.sum.
  (cd "$work" && GOBIN=$bin CGO_ENABLED=0 nice go install \
    "go.temporal.io/server/cmd/server@v$version" "go.temporal.io/server/cmd/tools/sql@v$version")
  mv "$bin/server" "$bin/temporal-server"
  mv "$bin/sql" "$bin/temporal-sql-tool"
fi
check 'server version' "temporal version $version" "$("$bin/temporal-server" --version)"
check 'schema tool version' "temporal-sql-tool version $version" "$("$bin/temporal-sql-tool" --version)"

cli=${TEMPORAL_CLI:-$(node -e '
  const { findTemporalCli } = require("./scripts/lib/temporal-cli");
  findTemporalCli({ log: console.error }).then(console.log);
')}
"$cli" --version | show

# --- 2. Postgres -------------------------------------------------------------

say 'PostgreSQL, empty, with the superuser postgres as in its image'
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
POSTGRES_PASSWORD=$(secret)
OWNER_DB_PASSWORD=$(secret)
APP_DB_PASSWORD=$(secret)
TEMPORAL_DB_PASSWORD=$(secret)
MALLFLOW_SECRET=$(secret)
MALLFLOW_DATA_KEYS=k1:$(head -c 32 /dev/urandom | base64 | tr -d '\n')

# One port each, all at once so that no two are alike.
# shellcheck disable=SC2046 # one word a port
set -- $(node -e '
  const { choosePort } = require("./scripts/lib/ports");
  (async () => { for (let n = 0; n < 13; n += 1) console.log(await choosePort({})); })();
')
pg_port=$1 api_port=$2 worker_port=$3 frontend=$4 frontend_http=$5 frontend_members=$6
history=$7 history_members=$8 matching=$9
shift 9
matching_members=$1 system_worker=$2 system_worker_members=$3 metrics=$4

# Postgres does not run as root: the way around it is the one npm start uses.
node -e '
  const { postgresBinaries, postgresRunner } = require("./scripts/lib/postgres-binaries");
  const folder = postgresBinaries();
  postgresRunner(folder).then((r) => console.log([folder, r.owner, r.group, ...r.prefix].join("\n")));
' >"$work/runner"
pg_bin=$(sed -n 1p "$work/runner")
pg_owner=$(sed -n 2p "$work/runner"):$(sed -n 3p "$work/runner")
pg_prefix=$(sed -n '4,$p' "$work/runner" | tr '\n' ' ')
mkdir -m 700 "$work/pg"
printf '%s\n' "$POSTGRES_PASSWORD" >"$work/superuser"
chown "$pg_owner" "$work/pg" "$work/superuser"
chmod 711 "$work"
current=initdb
# shellcheck disable=SC2086 # the prefix is several words
$pg_prefix "$pg_bin/initdb" --pgdata="$work/pg" --username=postgres --pwfile="$work/superuser" \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
  >"$logs/initdb.log" 2>&1
# shellcheck disable=SC2086
$pg_prefix "$pg_bin/postgres" -D "$work/pg" -c port="$pg_port" -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories= -c max_connections=300 >"$logs/postgres.log" 2>&1 &
postgres=$!

export PGHOST=127.0.0.1 PGPORT="$pg_port" PGUSER=postgres PGPASSWORD="$POSTGRES_PASSWORD"
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --dbname "$1" --command "$2"; }
table() {
  psql --no-psqlrc --quiet --dbname "$1" --command "$2" >"$work/table"
  sed '/^$/d' "$work/table" | show
}
wait_for Postgres 60 sql postgres 'select 1'
sql postgres 'select version()' | show

# --- as in the containers ------------------------------------------------------

# Nobody in particular, no capability, a read-only root with only /tmp and the volume writable, and only the
# environment that is named. Where the machine does not allow that, only the environment holds, and the proof says so.
# shellcheck disable=SC2016 # expanded by the inner shell
jail='
  mount --make-rprivate /
  mount --bind "$PLACE" /mnt
  mount -o remount,bind,ro /mnt
  mount --bind "$VOLUME" /srv
  mount -o remount,bind,ro /
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  cd /mnt
  unset PLACE VOLUME
  exec setpriv --reuid=1000 --regid=1000 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
'
contained=no
volume=$work/volume
mkdir "$volume"
chmod 777 "$volume"
if [ "$(id -u)" = 0 ] && PLACE=$root/deploy VOLUME=$volume unshare --mount sh -euc "$jail" sh \
  sh -c '! touch /mnt/written && ! touch /var/tmp/written && touch /tmp/written && touch /srv/written' >"$logs/jail.log" 2>&1; then
  contained=yes
fi
# Where the product finds the volume of images.
if [ "$contained" = yes ]; then images=/srv; else images=$volume; fi

# Takes the place of the shell it is called in, so that a signal to a started one reaches the program.
confined() { # folder it starts in, NAME=value..., command...
  place=$1
  shift
  if [ "$contained" = yes ]; then
    exec env -i PATH="$PATH" HOME=/tmp PLACE="$place" VOLUME="$volume" unshare --mount sh -euc "$jail" sh env "$@"
  fi
  cd "$place"
  exec env -i PATH="$PATH" HOME="$work" "$@"
}

# --- 3. roles, schema, server, namespace: the jobs of the compose file ---------

export OWNER_DB_PASSWORD APP_DB_PASSWORD TEMPORAL_DB_PASSWORD
roles() { sh deploy/postgres/setup-roles.sh; }
schema() {
  SQL_HOST=127.0.0.1 SQL_PORT=$pg_port SQL_USER=temporal SQL_PASSWORD=$TEMPORAL_DB_PASSWORD \
    TEMPORAL_SQL_TOOL=$bin/temporal-sql-tool sh deploy/temporal/setup-schema.sh
}
namespace() {
  TEMPORAL_ADDRESS=127.0.0.1:$frontend TEMPORAL_NAMESPACE=mallflow TEMPORAL_RETENTION=30d \
    TEMPORAL_CLI_PATH=$cli sh deploy/temporal/setup-namespace.sh
}
versions() {
  for database in temporal temporal_visibility; do
    sql "$database" "select db_name || ' ' || curr_version || ' (works with ' || min_compatible_version || ')' from schema_version"
  done
}

say 'deploy/postgres/setup-roles.sh, twice: a second run must change nothing'
step roles roles
step roles-again roles
check 'the login of api and worker is no superuser, owner or role maker' 'f f f' \
  "$(sql postgres "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = 'mallflow_api'" | tr '|' ' ')"

say 'deploy/temporal/setup-schema.sh, twice'
step schema schema
before=$(versions)
step schema-again schema
check 'schema versions after the second run' "$before" "$(versions)"

mkdir "$work/server"
ln "$bin/temporal-server" "$work/server/" 2>/dev/null || cp "$bin/temporal-server" "$work/server/"
cp deploy/temporal/server.yaml "$work/server/"

start_temporal() {
  confined "$work/server" TEMPORAL_SERVER_CONFIG_FILE_PATH=server.yaml TEMPORAL_ALLOW_NO_AUTH=true \
    POSTGRES_SEEDS=127.0.0.1 DB_PORT="$pg_port" POSTGRES_USER=temporal POSTGRES_PWD="$TEMPORAL_DB_PASSWORD" \
    BIND_ON_IP=127.0.0.1 TEMPORAL_BROADCAST_ADDRESS=127.0.0.1 PROMETHEUS_ENDPOINT="127.0.0.1:$metrics" \
    FRONTEND_GRPC_PORT="$frontend" FRONTEND_HTTP_PORT="$frontend_http" FRONTEND_MEMBERSHIP_PORT="$frontend_members" \
    HISTORY_GRPC_PORT="$history" HISTORY_MEMBERSHIP_PORT="$history_members" \
    MATCHING_GRPC_PORT="$matching" MATCHING_MEMBERSHIP_PORT="$matching_members" \
    WORKER_GRPC_PORT="$system_worker" WORKER_MEMBERSHIP_PORT="$system_worker_members" \
    ./temporal-server start >>"$logs/temporal.log" 2>&1 &
  temporal=$!
  # The address the container's health check asks.
  wait_for 'the HTTP port of Temporal' 90 answers "http://127.0.0.1:$frontend_http/api/v1/system-info"
}

say 'Temporal server with deploy/temporal/server.yaml'
start_temporal
echo "        up: gRPC $frontend, HTTP $frontend_http"
echo "        as uid 1000 without capabilities, on a read-only root with only /tmp writable: $contained"

say 'deploy/temporal/setup-namespace.sh, twice'
step namespace namespace
step namespace-again namespace
export TEMPORAL_ADDRESS="127.0.0.1:$frontend" TEMPORAL_NAMESPACE=mallflow

# --- 4. a workflow lands in Postgres, and survives the server ------------------

say 'a workflow started through the CLI is a row in Postgres, and outlives the server'
current=cli
"$cli" workflow start --type deploymentProof --task-queue deployment-proof --workflow-id deployment-proof \
  --search-attribute 'MallflowKind="proof"' --search-attribute 'MallflowSubject="deployment"' \
  --search-attribute 'MallflowEnterprise="none"' >"$logs/cli.log" 2>&1
check 'rows of executions with that id' 1 \
  "$(sql temporal "select count(*) from executions where workflow_id = 'deployment-proof'")"
visible() {
  [ "$(sql temporal_visibility "select count(*) from executions_visibility where workflow_id = 'deployment-proof' and status = $1")" = 1 ]
}
wait_for 'visibility of the running workflow' 30 visible 1
table temporal_visibility "select workflow_id, workflow_type_name, status, search_attributes from executions_visibility where workflow_id = 'deployment-proof'"

kill -s KILL "$temporal"
wait "$temporal" 2>/dev/null || true
start_temporal
running() { "$cli" workflow count --query "WorkflowId = 'deployment-proof' AND MallflowKind = 'proof' AND ExecutionStatus = 'Running'" | grep -q 'Total: 1'; }
wait_for 'the workflow after kill -9 of the server' 60 running
echo '   ok   after kill -9 and a new start, the workflow still runs'
passed=$((passed + 1))
"$cli" workflow terminate --workflow-id deployment-proof --reason 'end of the proof' >>"$logs/cli.log" 2>&1
wait_for 'visibility of the terminated workflow' 30 visible 5
check 'history shards' 512 "$(sql temporal 'select count(*) from shards')"

# --- 5. the product on top -----------------------------------------------------

report() {
  say 'what stands in Postgres'
  echo '        schema versions:'
  versions | show
  echo '        executions, and the history behind them:'
  table temporal "select (select count(*) from executions) as executions, (select count(distinct shard_id) from executions) as shards_in_use, (select count(*) from history_node) as history_nodes, (select count(*) from shards) as shards"
  echo '        executions_visibility:'
  table temporal_visibility "select workflow_id, workflow_type_name as type, case status when 1 then 'running' when 2 then 'completed' when 3 then 'failed' when 4 then 'cancelled' when 5 then 'terminated' when 6 then 'continued as new' when 7 then 'timed out' end as status, history_length as events, task_queue from executions_visibility where workflow_id not like 'temporal-sys-%' order by start_time"
}

verdict() {
  printf '\ndeployment proof: %s, %d checks passed in %d s\n' "$1" "$passed" "$(($(date +%s) - started))"
}

if [ "$parts" = server ]; then
  report
  verdict 'the server part holds'
  exit 0
fi

# --- 5. the product on top -----------------------------------------------------

say 'the image, by hand: npm run build, then npm ci --omit=dev beside the result'
step build npm run build
app=$work/app
mkdir "$app"
cp package.json package-lock.json .npmrc "$app/"
packages() {
  cd "$app"
  npm ci --omit=dev --ignore-scripts
  find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +
}
step packages packages
cp -R dist "$app/dist"
du -sh "$app" | show

# The command of the Dockerfile's HEALTHCHECK, as it stands there.
health() { # NAME=value
  env "$1" node -e '
    const [, command] = /^HEALTHCHECK[^[]*(\[.*\])$/m.exec(require("node:fs").readFileSync("Dockerfile", "utf8"));
    const [program, ...args] = JSON.parse(command);
    console.log(require("node:child_process").spawnSync(program, args).status);
  '
}

owner_url=postgres://mallflow_owner:$OWNER_DB_PASSWORD@127.0.0.1:$pg_port/mallflow
app_url=postgres://mallflow_api:$APP_DB_PASSWORD@127.0.0.1:$pg_port/mallflow
url=http://127.0.0.1:$api_port

# The three environments of the compose file.
product() {
  confined "$app" NODE_ENV=production TEMPORAL_ADDRESS="127.0.0.1:$frontend" TEMPORAL_NAMESPACE=mallflow \
    MALLFLOW_SECRET="$MALLFLOW_SECRET" MALLFLOW_DATA_KEYS="$MALLFLOW_DATA_KEYS" "$@"
}
serving() { product APP_DATABASE_URL="$app_url" "$@"; }
owning() { product DATABASE_URL="$owner_url" "$@"; }

say 'migrate, as the owner, twice'
step migrate owning node dist/admin/main.js migrate
step migrate-again owning node dist/admin/main.js migrate

say 'worker and api, with the restricted login and without the address of the owner'
serving MALLFLOW_WORKER_PORT="$worker_port" NODE_OPTIONS=--max-old-space-size=768 \
  node dist/worker/main.js >"$logs/worker.log" 2>&1 &
worker=$!
serving PORT="$api_port" MALLFLOW_TRUST_PROXY=1 MALLFLOW_COOKIE_SECURE=true MALLFLOW_IMAGE_DIR="$images" \
  MALLFLOW_DOCUMENT_DIR="$images/documents" \
  node dist/api/main.js >"$logs/api.log" 2>&1 &
api=$!
wait_for 'the worker' 60 answers "http://127.0.0.1:$worker_port/readyz"
wait_for 'the api' 60 answers "$url/readyz"
check 'the image'\''s health check, api' 0 "$(health PORT="$api_port")"
check 'the image'\''s health check, worker' 0 "$(health MALLFLOW_WORKER_PORT="$worker_port")"
refused=$(PGUSER=mallflow_api PGPASSWORD=$APP_DB_PASSWORD psql --no-psqlrc --dbname mallflow \
  --set VERBOSITY=sqlstate --command 'update ledger_lines set amount = amount' 2>&1 || true)
check 'a change of ledger lines under the login of api' 'ERROR:  42501' "$refused"

say 'the first operator, as in production'
operator() {
  printf '%s\n' "$MALLFLOW_SECRET" | owning node dist/admin/main.js \
    staff --login chen --display-name Chen --roles operator
}
step operator operator
check 'signing in as the operator' 201 "$(node -e '
  const [url, password] = process.argv.slice(1);
  const options = { method: "POST", headers: { "content-type": "application/json" } };
  fetch(url + "/v1/sessions", { ...options, body: JSON.stringify({ login: "chen", password }) })
    .then((answer) => console.log(answer.status), (error) => console.log(error.message));
' "$url" "$MALLFLOW_SECRET")"

say 'demo data, and the whole guide over HTTP'
# Demo data is refused in production, so this one step says that it is not.
check 'demo data in production' refused "$( (owning node dist/admin/main.js seed-demo) >"$logs/seed-refused.log" 2>&1 && echo loaded || echo refused)"
step seed owning NODE_ENV=development node dist/admin/main.js seed-demo
current=demo
MALLFLOW_URL=$url npm run --silent demo >"$logs/demo.log" 2>&1
show <"$logs/demo.log"

say 'the books'
step ledger owning node dist/admin/main.js ledger verify
table mallflow 'select kind, state, count(*) from process_cases group by kind, state order by kind, state'

report
cases=$(sql mallflow "select count(*) from process_cases where kind = 'purchase'")
[ "$cases" -gt 0 ] || { echo '   FAIL no purchase'; exit 1; }
check 'executions of purchases in Temporal'\''s Postgres, against cases in ours' "$cases" \
  "$(sql temporal "select count(*) from executions where workflow_id like 'purchase:%'")"
verdict 'holds'

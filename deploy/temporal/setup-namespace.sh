#!/bin/sh
# Registers the namespace and its search attributes, through the Temporal CLI. It runs as a one-off job
# once the server is up; a second run changes nothing, except that the retention follows the environment.
set -eu

: "${TEMPORAL_ADDRESS:?host:port of the Temporal frontend}"
: "${TEMPORAL_NAMESPACE:?the namespace to register}"
: "${TEMPORAL_RETENTION:?how long closed workflows are kept, such as 30d}"
export TEMPORAL_ADDRESS TEMPORAL_NAMESPACE

temporal=${TEMPORAL_CLI_PATH:-temporal}
attributes=${TEMPORAL_SEARCH_ATTRIBUTES:-MallflowKind MallflowSubject MallflowEnterprise}
attempts=${SETUP_ATTEMPTS:-60}

# Waits for what is not ready yet, and shows the last answer if it never is.
retry() {
  what=$1
  shift
  attempt=1
  until answer=$("$@" 2>&1); do
    if [ "$attempt" -ge "$attempts" ]; then
      echo "namespace: $what: not after $attempts attempts: $answer" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 2
  done
}

ensure_namespace() {
  if "$temporal" operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    "$temporal" operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
  else
    "$temporal" operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION" \
      --description "Mallflow: purchases and the cases after them"
  fi
}

type_of() {
  printf '%s\n' "$listed" | awk -v name="$1" '$1 == name { print $2 }'
}

retry "server at $TEMPORAL_ADDRESS" "$temporal" operator cluster health
retry "register $TEMPORAL_NAMESPACE" ensure_namespace

# A new namespace reaches the caches of the server some seconds after it was registered.
retry "list search attributes" "$temporal" operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"
listed=$answer

for name in $attributes; do
  case $(type_of "$name") in
    Keyword) ;;
    '')
      retry "create $name" "$temporal" operator search-attribute create \
        --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword
      ;;
    *)
      # The type of an attribute cannot be changed, and a start that names it would fail.
      echo "namespace: $name exists with type $(type_of "$name"), Keyword is needed" >&2
      exit 1
      ;;
  esac
done

# Starting a workflow with an attribute the server has not yet seen is refused, so the job ends only
# when a query on all of them works.
query=
for name in $attributes; do
  query="${query:+$query AND }$name = 'none'"
done
retry "query the search attributes" "$temporal" workflow count --namespace "$TEMPORAL_NAMESPACE" --query "$query"

echo "namespace: $TEMPORAL_NAMESPACE keeps closed workflows $TEMPORAL_RETENTION; search attributes: $attributes"

#!/bin/sh
# Writes the environment file of a new installation, with fresh random secrets:
#
#   sh deploy/new-env.sh mall.example.com
#
# It never overwrites: the secrets of a running installation are in that file and nowhere else.
set -eu

site=${1:?usage: sh deploy/new-env.sh HOST-NAME [FILE]}
file=${2:-.env}

if [ -e "$file" ]; then
  echo "$file is there already; remove it yourself if the installation is really new" >&2
  exit 1
fi

# Hexadecimal, since the passwords also stand in connection URLs.
secret() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# 32 bytes in base64.
data_key() {
  head -c 32 /dev/urandom | base64 | tr -d '\n'
}

umask 077
cat >"$file" <<END
# Read by docker compose. Keep it out of version control and in the backup of secrets.
SITE_ADDRESS=$site

POSTGRES_PASSWORD=$(secret)
OWNER_DB_PASSWORD=$(secret)
APP_DB_PASSWORD=$(secret)
TEMPORAL_DB_PASSWORD=$(secret)
MALLFLOW_SECRET=$(secret)
# Encrypts what is secret in the database: without it those rows are lost. Keep it apart from the database's backup.
MALLFLOW_DATA_KEYS=k1:$(data_key)

# How long Temporal keeps closed workflows. Shown histories end after that; orders do not.
TEMPORAL_RETENTION=30d
END
echo "wrote $file"

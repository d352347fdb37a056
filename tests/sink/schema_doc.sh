#!/bin/bash
# Runs every sql block of docs/SCHEMA.md, SQL.md, NOVELTY.md and RULES.md against a fresh schema: what the pages show works, and names what exists.
set -euo pipefail
[ -s "$TT_PG_DIR/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster"; exit 77; }
name=tt_test_schema_doc_$$
admin=$(cat "$TT_PG_DIR/conninfo")
psql -XqAt -d "$admin" -c "CREATE DATABASE $name"
trap 'psql -XqAt -d "$admin user=postgres" -c "DROP DATABASE $name WITH (FORCE)"' EXIT
"$TT_BINARY" db migrate --dsn "$admin dbname=$name"
sql=$(awk '/^```sql$/ { on = 1; n++; next } /^```$/ { on = 0 } on { print } END { exit n < 17 }' "$TT_SOURCE_DIR/docs/SCHEMA.md" "$TT_SOURCE_DIR/docs/SQL.md" "$TT_SOURCE_DIR/docs/NOVELTY.md" "$TT_SOURCE_DIR/docs/RULES.md")
sql=${sql//anna/${name}_anna} # roles belong to the whole server
psql -XqAt -v ON_ERROR_STOP=1 -d "$admin dbname=$name" -c "SET client_min_messages = error" -f - <<< "$sql"

# lib.sh - what the soak tests share: workers that are started and ended, topics that are filled by items.py, and the comparison
# of what is stored with what was written. Sourced in the checkout, with TICKERTONE as $1; $TT_SOAK_DIR is rig.sh's.
# shellcheck shell=bash disable=SC2034 # variables for whoever sources this
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

[ -s "$TT_SOAK_DIR/kafka/address" ] || { echo "SKIPPED: no broker" && exit 77; }
[ -s "$TT_SOAK_DIR/pg/conninfo" ] || { echo "SKIPPED: no PostgreSQL cluster" && exit 77; }
tickertone=$1
shift
name=tt_soak_$(basename "$0" .sh)_$$
broker=$(cat "$TT_SOAK_DIR/kafka/address")
admin=$(cat "$TT_SOAK_DIR/pg/conninfo")
partitions=8
session_ms=1500
databases=()
psql() { PGOPTIONS='-c client_min_messages=warning' command psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

tear_down() {
	rig_up >/dev/null
	drop_databases "$admin" "${databases[@]/#/${name}_}"
}

# at_most WHAT FIGURE LIMIT, at_least: for figures with a fraction, too.
at_most() { awk "BEGIN { exit !($2 <= $3) }" || fail "$1: $2, want at most $3"; }
at_least() { awk "BEGIN { exit !($2 >= $3) }" || fail "$1: $2, want at least $3"; }

patience=120
# A random time between two numbers of milliseconds.
pause() { sleep "$(awk -v r=$RANDOM "BEGIN { print ($1 + r / 32768 * ($2 - $1)) / 1000 }")"; }

# ---- database ----
pg_start() { script/pg start ${TT_SOAK_FAST:+--test} "$TT_SOAK_DIR/pg" >/dev/null; }
rig_up() {
	pg_start
	script/kafka start "$TT_SOAK_DIR/kafka"
}
sql() { psql -d "$admin dbname=${name}_$1" -c "SET search_path = tickertone; $2"; }
make_database() {
	psql -d "$admin" -c "CREATE DATABASE ${name}_$1"
	databases+=("$1")
	"$tickertone" db migrate --dsn "$admin dbname=${name}_$1" >/dev/null
}
stored() { sql "$1" 'SELECT count(*) FROM item'; }
has_stored() { [ "$(stored "$1")" -ge "$2" ]; }
# All records of the group's topic are behind it: as many as were written.
position() { sql "$1" 'SELECT coalesce(sum(next_offset), 0) FROM kafka_offset'; }
has_read() { [ "$(position "$1")" -ge "$2" ]; }

# ---- topic ----
make_topic() { script/kafka topic "$TT_SOAK_DIR/kafka" "$name-$1" "$partitions" max.message.bytes=10485760 >/dev/null; }
# fill TOPIC COUNT [OPTION...]: of items.py.
fill() {
	local topic=$1
	shift
	python3 tests/soak/items.py "$@" | kcat -P -E -b "$broker" -t "$name-$topic" -K '\t' -X enable.idempotence=true \
		-X message.max.bytes=10485760 -X message.timeout.ms=300000 -X compression.codec=lz4 -X linger.ms=10 2>>"$tmp/kcat.log"
}

# ---- workers ----
# configure WORKER DATABASE TOPIC GROUP [LINE...]
configure() {
	local worker=$1 db=$2 topic=$3 group=$4
	shift 4
	cat >"$tmp/$worker.yaml" <<-CONF
		postgres: {dsn: "$admin dbname=${name}_$db application_name=$worker"}
		kafka:
		  brokers: "$broker"
		  topics: [$name-$topic]
		  group: $group
		  properties: {session.timeout.ms: $session_ms, heartbeat.interval.ms: 300, $properties}
		service: {listen: "127.0.0.1:0"}
		$(printf '%s\n' "$@")
	CONF
}
properties=''
constant='model: {scores: constant}'
tiny="model: {model: $PWD/tests/nlp/model/tiny/two-heads, entities: $PWD/config/entities.tsv}"

begin() {
	echo "---- begin $(date +%T)" >>"$tmp/$1.log"
	"$tickertone" run -c "$tmp/$1.yaml" 2>>"$tmp/$1.log" &
	pids[$1]=$!
}
port() { awk '/---- begin/ { p = "" } match($0, /port=[0-9]+/) && /listening/ { p = substr($0, RSTART + 5, RLENGTH - 5) } END { print p }' "$tmp/$1.log"; }
listens() { [ -n "$(port "$1")" ]; }
page() { curl -s --max-time 5 "http://127.0.0.1:$(port "$1")/$2"; }
ready() { listens "$1" && page "$1" ready | grep -q '"ready": *true'; }
metric() { page "$1" metrics | awk -v m="tickertone_$2" '$1 == m { n = $2 } END { printf "%d\n", n }'; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pids[$1]}/status"; }
descriptors() { find "/proc/${pids[$1]}/fd" -mindepth 1 | wc -l; }

# ---- what is stored ----
# Everything that is the same whoever stores an item, when, and after how many crashes.
facts() {
	sql "$1" "COPY (
		SELECT item_id, i.event_at, published_at, fetched_at, source, guid, url, title, summary, score, p_negative, p_neutral,
			p_positive, n_tokens, unscored, entities
		FROM item i
		LEFT JOIN item_sentiment USING (event_at, item_id)
		LEFT JOIN (
			SELECT event_at, item_id, string_agg(concat_ws(' ', symbol, score, relevance, mentions), ';' ORDER BY symbol) AS entities
			FROM entity_sentiment JOIN entity USING (entity_id) GROUP BY event_at, item_id
		) e USING (event_at, item_id)
		ORDER BY item_id::text, 2) TO STDOUT"
}
# Scores may differ in their last digit: with some of BLAS's kernels a product depends on how many rows it has (nlp/model/kernels.h).
same_facts() {
	facts "$1" >"$tmp/facts.$1"
	facts "$2" >"$tmp/facts.$2"
	python3 - "$tmp/facts.$1" "$tmp/facts.$2" <<-'PYTHON' || fail "rows differ"
		import re, sys
		def same(a, b):
		    if a == b: return True
		    try: return abs(float(a) - float(b)) <= 4e-6
		    except ValueError: return False
		a, b = ([re.split("[\t ;]", line) for line in open(name)] for name in sys.argv[1:])
		other = [(x, y) for x, y in zip(a, b) if len(x) != len(y) or not all(map(same, x, y))]
		for x, y in other[:3]: print(x, y, sep="\n", file=sys.stderr)
		sys.exit(len(a) != len(b) or len(other) > 0)
	PYTHON
}
# exactly DATABASE COUNT [bad]: items 0 to COUNT - 1 each once, each scored, and of the bad ones each its dead letter.
exactly() {
	local planted=0
	[ -z "${3:-}" ] || planted=$((($2 + 49) / 100))
	equal "items, items scored, identities, guids" \
		"$(sql "$1" "SELECT count(*), (SELECT count(*) FROM item_sentiment WHERE unscored IS NULL), count(DISTINCT item_id), count(DISTINCT guid) FROM item")" \
		"$(($2 - planted))|$(($2 - planted))|$(($2 - planted))|$(($2 - planted))"
	equal "items with another number" "$(sql "$1" "SELECT count(*) FROM item, LATERAL (SELECT substr(guid, 22)::bigint AS number) AS n
		WHERE number < 0 OR number >= $2 ${3:+OR number % 100 = 50}")" 0
	python3 tests/soak/items.py faults >"$tmp/faults"
	sql "$1" 'CREATE TABLE IF NOT EXISTS fault (name text, reason text); TRUNCATE fault'
	psql -d "$admin dbname=${name}_$1" -c '\copy tickertone.fault FROM '"$tmp/faults"
	equal "dead letters, those planted with the right reason" \
		"$(sql "$1" "SELECT count(*), count(*) FILTER (WHERE convert_from(record_key, 'UTF8') ~ '^bad-[0-9]+50-|^bad-50-' AND d.reason LIKE f.reason
			AND stage = 'parse') FROM dead_letter d LEFT JOIN fault f ON f.name = regexp_replace(convert_from(record_key, 'UTF8'), '.*-', '')")" \
		"$planted|$planted"
}

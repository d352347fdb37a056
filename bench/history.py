#!/usr/bin/env python3
"""What asking the history costs: a month of entity rows of realistic shape in mood_minute (entities by 1/rank, a rhythm of days and weeks,
bursts), then the functions of docs/SQL.md, warm, and `tickertone replay`.

usage: history.py TICKERTONE CONNINFO [ENTITY-ROWS]      CONNINFO: a PostgreSQL in which databases may be made"""
import os, statistics, subprocess, sys, tempfile, time

tickertone, conninfo = sys.argv[1:3]
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000_000
ENTITIES, NAME = 10_000, f"tt_bench_history_{os.getpid()}"
dsn = f"{conninfo} dbname={NAME}"


def psql(*commands, where=dsn):
    arguments = [a for c in ("SET search_path = tickertone, public", "SET client_min_messages = error", *commands) for a in ("-c", c)]
    return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", where, *arguments], check=True, capture_output=True, text=True).stdout


def warm_ms(query):
    """The median of five, after one that warms up, in one session."""
    out = psql("\\timing on", *[query] * 6)
    return statistics.median([float(line.split()[1]) for line in out.splitlines() if line.startswith("Time: ")][1:])


# A row's entity: floor(exp(u ln N)), which is 1/rank. Its time: a day and an hour of New York's waking, fewer on weekends; one row in ten
# is of a burst: its entity has an hour in which a tenth of all that is said about it is said.
HISTORY = """
INSERT INTO mood_minute (subject_id, minute, n, n_pos, n_neg, w, ws, wss)
SELECT subject, minute, count(*), count(*) FILTER (WHERE s > 0.3), count(*) FILTER (WHERE s < -0.3), sum(w), sum(w * s), sum(w * s * s)
FROM (
    SELECT d.subject, d.w, d.s, date_bin('1 minute', now() - interval '30 days' + CASE WHEN d.burst < 0.1
        THEN interval '1 day' * (d.subject * 7 %% 29) + interval '1 hour' * d.u
        ELSE interval '1 day' * CASE WHEN d.u < 0.05 THEN floor(d.day * 30) ELSE floor(d.day * 21) + 2 * floor(d.day * 4) END
            + interval '14 hours' * d.hour + interval '10 hours' * d.hour * d.hour END, 'epoch') AS minute
    FROM (SELECT exp(random() * ln(%d))::int AS subject, random() AS burst, random() AS u, random() AS day, random() AS hour,
            0.2 + 0.8 * random() AS w, tanh(random() * 4 - 2 + sin(r / 1e5)) AS s
        FROM generate_series(1, %d) AS r OFFSET 0) d
    UNION ALL -- the market hears a tenth of it
    SELECT -1, 1, tanh(random() * 2 - 1), date_bin('1 minute', now() - interval '30 days' * random(), 'epoch') FROM generate_series(1, %d)
) a
WHERE minute < now()
GROUP BY subject, minute"""

psql(f"CREATE DATABASE {NAME}", where=conninfo)
try:
    subprocess.run([tickertone, "db", "migrate", "--dsn", dsn], check=True, capture_output=True)
    psql("SELECT ensure_partitions(now() - interval '35 days', now())",
         f"INSERT INTO entity (symbol, name, kind) SELECT 'E' || n, 'Company ' || n, 'company' FROM generate_series(1, {ENTITIES}) n")
    psql(HISTORY % (ENTITIES, rows, rows // 10))
    while psql("SELECT settle_mood()").strip() != "0":
        pass
    psql("ANALYZE mood_minute", "ANALYZE entity")
    minutes = psql("SELECT sum(n), max(n) FROM (SELECT count(*) AS n FROM mood_minute WHERE subject_id > 0 GROUP BY subject_id) m").strip().split("|")
    print(f"{rows} entity rows of 30 days: {minutes[0]} minutes of {ENTITIES} entities, the busiest has {minutes[1]}")
    for what, query in (
        ("mood('E1'), 30 days by the hour", "SELECT * FROM mood('E1', now() - interval '30 days', now())"),
        ("mood('E100'), 30 days by the hour", "SELECT * FROM mood('E100', now() - interval '30 days', now())"),
        ("market_mood(), 7 days by the hour", "SELECT * FROM market_mood()"),
        ("shock('E1')", "SELECT shock('E1')"),
        ("buzz('E1')", "SELECT buzz('E1')"),
        ("top_movers('24 hours')", "SELECT * FROM top_movers('24 hours')"),
    ):
        print(f"{what:36} {warm_ms(query):8.1f} ms", flush=True)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(f'postgres: {{dsn: "{dsn}", statement_timeout: 10m}}\n')
        config.flush()
        begun = time.time()
        out = subprocess.run([tickertone, "replay", "-c", config.name, "--rules", "bench/rules20.yaml", "--from", "29d"],
                             check=True, capture_output=True, text=True)
        alerts = [line for line in out.stdout.splitlines() if line.endswith(" alerts")][-1]
        print(f"replay of 29 days with 20 rules      {time.time() - begun:8.1f} s, {alerts}")
finally:
    psql(f"DROP DATABASE {NAME} WITH (FORCE)", where=conninfo)

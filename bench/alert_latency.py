#!/usr/bin/env python3
"""How long after an item is stored the row of the alert that it raises is, and what the leader's evaluation costs, beside a worker that
stores items of 10,000 entities (chosen by 1/rank) with scores of no model.

usage: alert_latency.py TICKERTONE CONNINFO [ITEMS_PER_S [SECONDS]]      CONNINFO: a PostgreSQL in which databases may be made

Rules are bench/rules20.yaml and one that fires at the first item about an entity: its alerts are what is timed."""
import json, os, random, subprocess, sys, tempfile, time

tickertone, conninfo = sys.argv[1:3]
rate, seconds = (int(sys.argv[3]) if len(sys.argv) > 3 else 1000), (int(sys.argv[4]) if len(sys.argv) > 4 else 120)
ENTITIES, NAME = 10000, f"tt_bench_alerts_{os.getpid()}"
dsn = f"{conninfo} dbname={NAME}"


def psql(sql, where=dsn):
    return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", where, "-c", "SET search_path = tickertone, public", "-c", sql],
                          check=True, capture_output=True, text=True).stdout.strip()


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def word(n):
    """A name that is no word of a language: Qebaco, Qebacu, ..."""
    letters = ""
    for _ in range(4):
        letters += "bcdfghjklm"[n % 10] + "aeiou"[n // 3 % 5]
        n = n * 7 // 5 + 1
    return letters


def write(folder):
    sectors = ["Energy", "Materials", "Industrials", "Utilities", "Health Care", "Financials", "Real Estate", "Technology"]
    with open(f"{folder}/entities.tsv", "w") as f:
        f.write("symbol\tname\tkind\tsector\tcountry\taliases\tnot\n")
        for i in range(ENTITIES):
            f.write(f"E{i}\tXq{i}{word(i)} Holdings\tcompany\t{sectors[i % 8]}\tUS\n")
    with open("bench/rules20.yaml") as rules, open(f"{folder}/rules.yaml", "w") as f:
        f.write(rules.read() + '  - {name: first, when: "items(7d) >= 1"}\n')
    common = (f'postgres: {{dsn: "{dsn}"}}\nmodel: {{scores: constant, threads: 1, entities: "{folder}/entities.tsv"}}\n'
              f'service: {{enabled: false}}\nalerts: {{rules: "{folder}/rules.yaml"}}\n')
    with open(f"{folder}/leader.yaml", "w") as f:
        f.write(common)
    with open(f"{folder}/worker.yaml", "w") as f:
        f.write(common + 'files: [{path: "-"}]\n')


def say(out):
    weights = [1 / (i + 1) for i in range(ENTITIES)]
    who, begun, n = random.Random(1).choices(range(ENTITIES), weights, k=rate * seconds), time.time(), 0
    while n < len(who):
        due = min(len(who), int((time.time() - begun) * rate))
        for i in range(n, due):
            e = who[i]
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            item = {"id": str(i), "title": f"Xq{e}{word(e)} Holdings report {word(i)} {word(i * 31)} {i}", "published_at": at}
            out.write(json.dumps(item) + "\n")
        out.flush()
        n = due
        time.sleep(0.02)


with tempfile.TemporaryDirectory() as folder:
    psql(f"CREATE DATABASE {NAME}", conninfo)
    try:
        write(folder)
        subprocess.run([tickertone, "db", "migrate", "--dsn", dsn], check=True, capture_output=True)
        with open(f"{folder}/leader.log", "w+") as log:
            leader = subprocess.Popen([tickertone, "run", "-c", f"{folder}/leader.yaml"], stderr=log)
            while "evaluating rules" not in open(log.name).read():
                time.sleep(0.1)
            worker = subprocess.Popen([tickertone, "run", "-c", f"{folder}/worker.yaml"], stdin=subprocess.PIPE, text=True,
                                      stderr=subprocess.DEVNULL)
            before, begun = cpu_s(leader.pid), time.time()
            say(worker.stdin)
            took, spent = time.time() - begun, cpu_s(leader.pid) - before
            worker.stdin.close()
            worker.wait()
            while psql("SELECT count(*) FROM mood_delta") != "0":
                time.sleep(0.2)
            leader.terminate()
            leader.wait()
        items = psql("SELECT count(*) FROM item")
        figures = psql("""
            SELECT count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)),
                round(max(ms))
            FROM (SELECT extract(epoch FROM c.stored_at - f.at) * 1000 AS ms
                FROM alert_change c
                JOIN entity e ON e.symbol = c.subject
                JOIN (SELECT s.entity_id, min(i.stored_at) AS at FROM entity_sentiment s JOIN item i USING (event_at, item_id) GROUP BY 1) f
                    USING (entity_id)
                WHERE c.rule = 'first' AND c.to_state = 'firing') l""").split("|")
        print(f"{items} items at {rate}/s, 21 rules: {figures[0]} alerts, item stored to alert stored p50 {figures[1]} ms, "
              f"p99 {figures[2]} ms, max {figures[3]} ms; leader's process {100 * spent / took:.1f} % of a core")
    finally:
        psql(f"DROP DATABASE {NAME} WITH (FORCE)", conninfo)

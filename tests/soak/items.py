#!/usr/bin/env python3
"""News items for the soak tests, a record a line: key, tab, value. The same numbers give the same items (but their dates).

usage: items.py COUNT [--from N] [--rate R] [--until FILE] [--bad]

--from N   the first item's number, else 0
--rate R   so many a second, else as fast as they are read
--until F  ends before COUNT when there is a file F, and writes into it how many it has written
--bad      one in a hundred (50, 150, ...) is what no item can be made of; its key is its number and the name of its fault:
           bad-50-json, and what PostgreSQL is to say of it is in faults.tsv, written by `items.py faults`"""
import json
import os
import sys
import time

WORDS = """shares profit outlook market costs margin regulator sales revenue bank deal guidance estimates products analysts
rates europe asia growth record forecast quarter partner newest raised warned helped demand investors lawsuit""".split()
COMPANIES = ["Apple", "Microsoft", "Tesla", "Goldman Sachs", "Intel", "Boeing", "Pfizer", "Walmart"]
VERBS = ["beats estimates", "misses forecasts", "announces a meeting", "cuts its outlook", "raises guidance"]
BIG = 5 << 20

# What a fault is called, the value's bytes, and the reason its dead letter must have (a pattern of SQL's LIKE).
FAULTS = [
    ("json", lambda item: json.dumps(item).encode()[:-7], "not JSON:%"),
    ("type", lambda item: json.dumps({**item, "title": {"en": item["title"]}}).encode(), "'title' is not a text"),
    ("large", lambda item: json.dumps({**item, "content": "x" * BIG}).encode(), "% bytes, more than kafka.max_payload_bytes%"),
    ("utf8", lambda item: json.dumps(item).encode().replace(b"example", b"ex\xff\xfemple"), "not UTF-8%"),
    ("nul", lambda item: json.dumps(item).encode().replace(b"example", b"ex\0mple"), "not JSON: a control character in a string%"),
    ("escape", lambda item: json.dumps({**item, "title": "a\0b"}).encode(), "'title' holds NUL%"),
    ("deep", lambda item: b'{"title": ' + b"[" * 100000, "not JSON: nested too deep%"),
    ("title", lambda item: json.dumps({k: v for k, v in item.items() if k != "title"}).encode(), "'title' is missing"),
    ("list", lambda item: json.dumps([item]).encode(), "not a JSON object but a list%"),
    ("avro", lambda item: b"\0\0\0\0\x2a\x02\x0cHello!", "Confluent wire format, schema 42:%"),
]


def words(number, count):
    """Always the same ones for a number, and hardly ever those of another."""
    state, chosen = number * 2654435761 % 4294967296 + 1, []
    for _ in range(count):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        chosen.append(WORDS[(state >> 16) % len(WORDS)])
    return " ".join(chosen)


def item(number, now):
    title = words(number, 9).capitalize()
    if number % 4 == 0:
        title = "%s %s, %s" % (COMPANIES[number // 4 % len(COMPANIES)], VERBS[number // 32 % len(VERBS)], words(number, 4))
    return {
        "source": "https://feeds.example.com/markets.xml",
        "guid": "tag:example.com,2026:%d" % number,
        "url": "https://example.com/markets/%d/story" % number,
        "title": title,
        "summary": words(number + 1000000007, 22),
        "published_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 60 - number % 86400)),
    }


def record(number, now, bad):
    made = item(number, now)
    if not bad or number % 100 != 50:
        return b"%d\t%s\n" % (number, json.dumps(made).encode())
    name, value, _ = FAULTS[number // 100 % len(FAULTS)]
    return b"bad-%d-%s\t%s\n" % (number, name.encode(), value(made))


def write(numbers, rate, bad, until):
    out, begun, written = sys.stdout.buffer, time.monotonic(), 0
    pending = []
    for number in numbers:
        pending.append(record(number, time.time(), bad))
        written += 1
        ahead = written / rate - (time.monotonic() - begun) if rate else 0
        if ahead > 0.002 or len(pending) == 512:
            out.write(b"".join(pending))
            out.flush()
            pending = []
            if until and os.path.exists(until):
                break
            if ahead > 0.002:
                time.sleep(ahead)
    out.write(b"".join(pending))
    out.flush()
    if until:
        with open(until, "w") as to:
            to.write(str(written))


def main(args):
    if args == ["faults"]:
        for name, _, reason in FAULTS:
            print(name, reason, sep="\t")
        return
    value = {"--from": 0, "--rate": 0, "--until": ""}
    for name in value:
        if name in args:
            at = args.index(name)
            value[name] = type(value[name])(args[at + 1])
            del args[at : at + 2]
    bad = "--bad" in args
    count = int([a for a in args if a != "--bad"][0])
    write(range(value["--from"], value["--from"] + count), value["--rate"], bad, value["--until"])


try:
    main(sys.argv[1:])
except BrokenPipeError:
    sys.exit(1)

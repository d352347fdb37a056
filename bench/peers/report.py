"""The result of drive.py as Markdown."""
import statistics

SET_NAMES = {"headlines": "headlines", "long": "long items"}


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def ratio(speed, column, precision):
    """Ours by the best other engine of that precision: the median over the rounds. None where one of them is missing."""
    rows = [r for r in speed if column_of(r) == column and r["precision"] == precision]
    ours = [r for r in rows if r["engine"] == "tickertone"]
    peers = [r for r in rows if r["engine"] != "tickertone"]
    if not ours or not peers:
        return None
    best = max(peers, key=lambda r: r["items_per_s"])
    return statistics.median(a / b for a, b in zip(ours[0]["rounds"], best["rounds"])), best["engine"]


def column_of(row):
    return row["model"], row["texts"], row["threads"]


def engines_of(rows):
    """(precision, engine), ours first, in the order in which they were measured."""
    found = dict.fromkeys((r["precision"], r["engine"]) for r in rows)
    return sorted(found, key=lambda k: (["fp32", "bf16", "int8"].index(k[0]), k[1] != "tickertone"))


def speed_table(speed, model):
    mine = [r for r in speed if r["model"] == model]
    columns = list(dict.fromkeys(map(column_of, mine)))
    best = {c: max(r["items_per_s"] for r in mine if column_of(r) == c) for c in columns}
    body = []
    engines = engines_of(mine)
    for precision in dict.fromkeys(p for p, _ in engines):
        for engine in (e for p, e in engines if p == precision):
            cells = {column_of(r): r["items_per_s"] for r in mine if (r["precision"], r["engine"]) == (precision, engine)}
            body.append([f"{engine} {precision}"] + [
                "" if c not in cells else f"**{cells[c]:.1f}**" if cells[c] == best[c] else f"{cells[c]:.1f}" for c in columns])
        ratios = [ratio(mine, c, precision) for c in columns]
        if any(ratios):
            body.append([f"*ours / best other {precision}*"] + [f"*{r[0]:.2f} ({r[1]})*" if r else "" for r in ratios])
    head = ["items/s"] + [f"{SET_NAMES[t]}, {n} thread{'s' * (n > 1)}" for _, t, n in columns]
    return table(head, body)


def facts_table(speed, model):
    """Plan, time to load, memory: of the first column measured."""
    mine = [r for r in speed if r["model"] == model]
    first = [r for r in mine if column_of(r) == column_of(mine[0])]
    by_name = {(r["precision"], r["engine"]): r for r in first}
    body = []
    for key in engines_of(first):
        r = by_name[key]
        body.append([f"{key[1]} {key[0]}", r["load_ms"], f"{r['rss_kib'] / 1024:.0f}",
                     f"{r['max_rss_kib'] / 1024:.0f}", r["plan"]])
    return table(["", "load, ms", "resident, MiB", "at most, MiB", "batches"], body)


def quality_table(quality, texts):
    """Accuracy, and the distance from the same engine's fp32."""
    mine = [r for r in quality if r["texts"] == texts]
    by_name = {(r["precision"], r["engine"]): r for r in mine}
    body = []
    for key in engines_of(mine):
        r = by_name[key]
        cells = [f"{r[k]:.4f}" if k in r else "" for k in ("accuracy", "agreement", "mean_change", "largest_change")]
        body.append([f"{key[1]} {key[0]}"] + cells)
    return table([texts, "accuracy", "same label as fp32", "mean abs. Δp", "largest"], body)


def latency_table(latency, model):
    mine = [r for r in latency if r["model"] == model]
    columns = list(dict.fromkeys((r["threads"], r["load"]) for r in mine))
    body = []
    for precision, engine in engines_of(mine):
        cells = {(r["threads"], r["load"]): f"{r['p50_us'] / 1000:.1f} / {r['p99_us'] / 1000:.1f}"
                 for r in mine if (r["precision"], r["engine"]) == (precision, engine)}
        body.append([f"{engine} {precision}"] + [cells.get(c, "") for c in columns])
    names = [f"{n} thread{'s' * (n > 1)}" + (", another under load" if load else ", alone") for n, load in columns]
    return table(["p50 / p99, ms"] + names, body)


def markdown(result):
    out = ["# Beside other engines\n"]
    out += [f"- {k}: {v}" for k, v in result["about"].items()]
    out.append("- versions: " + ", ".join(f"{k} {v}" for k, v in result["versions"].items()))
    out.append("- texts of one measurement: " + ", ".join(
        f"{k} {v['texts']} ({v['tokens'] / v['texts']:.0f} tokens each)" for k, v in result["texts"].items()) + "\n")
    for model in dict.fromkeys(r["model"] for r in result["speed"]):
        out += [f"## The {model} model\n", speed_table(result["speed"], model), facts_table(result["speed"], model)]
        out += [quality_table(result["quality"], texts) for texts in dict.fromkeys(
            r["texts"] for r in result["quality"] if r["model"] == model)]
        if any(r["model"] == model for r in result["latency"]):
            out += ["One headline at a time:\n", latency_table(result["latency"], model)]
    return "\n".join(out)

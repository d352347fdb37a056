#!/usr/bin/env python3
"""Ours and the others on the same texts, in turns, in one run. Started by script/bench-peers, which knows where all things are.

Every engine is a process; for each model and number of threads they measure one after the other, round by round, so that
a slow minute of the machine falls on all. Writes OUT.json after every step and OUT.md at the end."""
import argparse, json, os, shutil, statistics, subprocess, sys, time

import texts
from report import markdown

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = ("fp32", "bf16", "int8")
PEERS = {"onnxruntime": ("fp32", "int8"), "ctranslate2": ("fp32", "int8"), "openvino": ("fp32", "bf16", "int8"),
         "torch": ("fp32", "bf16", "int8")}
COUNTS = {"default": {"headlines": 200, "long": 16}, "base": {"headlines": 48, "long": 4}}  # texts of one measurement
REST_S = 0.3  # other engines' threads stop spinning


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--bench", required=True, help="bench_encoder")
    p.add_argument("--model", action="append", required=True, metavar="NAME=DIR", help="NAME: default or base")
    p.add_argument("--work", required=True, help="folder for what is made")
    p.add_argument("--out", required=True, help="path of the report, without its extension")
    p.add_argument("--headlines", help="file of headlines, LABEL<TAB>TEXT; default: the project's own")
    p.add_argument("--labelled", action="append", default=[], metavar="FILE", help="labelled headlines: what a precision costs in quality")
    p.add_argument("--items", help="file whose lines are joined to long items; default: the headlines")
    for name, default in (("threads", "1,2"), ("texts", "headlines,long"), ("peers", ",".join(PEERS))):
        p.add_argument("--" + name, default=default, type=lambda s: s.split(","))
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--singles", type=int, default=200, help="texts of a latency measurement; 0: none")
    p.add_argument("--about", action="append", default=[], metavar="KEY=TEXT", help="for the record: commit, command")
    return p.parse_args()


def label_of(p):
    return texts.LABELS[p.index(max(p))]


def compare(p, fp32, labels):
    labelled = [(row, label) for row, label in zip(p, labels) if label]
    out = {"accuracy": sum(label_of(row) == label for row, label in labelled) / len(labelled)} if labelled else {}
    if fp32:
        changes = [abs(x - y) for a, b in zip(p, fp32) for x, y in zip(a, b)]
        out |= {"agreement": sum(label_of(a) == label_of(b) for a, b in zip(p, fp32)) / len(p),
                "mean_change": statistics.mean(changes), "largest_change": max(changes)}
    return out


class Process:
    """A worker: ours or another's. Gone (None answers) once it has failed."""

    def __init__(self, command, engine, precision, suffix):
        self.engine, self.precision, self.suffix = engine, precision, suffix
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __str__(self):
        return f"{self.engine} {self.precision}"

    def read(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        said = self.process.stderr.read().strip().splitlines()
        self.end()
        print(f"    {self}: left out: {said[-1] if said else 'no reason given'}", flush=True)
        return None

    def ask(self, what, text):
        time.sleep(REST_S)
        try:
            self.process.stdin.write(f"{what} {text}{self.suffix}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self.read()

    def end(self):
        self.process.kill()
        self.process.wait()


class Run:
    def __init__(self, args):
        self.args, self.models = args, dict(m.split("=", 1) for m in args.model)
        self.labels = {}  # of each labelled file
        self.result = {"about": dict(a.split("=", 1) for a in args.about), "texts": {}, "versions": {}, "speed": [], "quality": [],
                       "latency": []}
        self.prepare_texts()

    def prepare_texts(self):
        a, root = self.args, os.path.dirname(os.path.dirname(HERE))
        tok = texts.tokenizer(self.models[next(iter(self.models))])
        headlines = texts.read(a.headlines) if a.headlines else texts.from_project(root)
        items = texts.read(a.items) if a.items else headlines
        longs = texts.long_items(items, tok, max(c["long"] for c in COUNTS.values()))
        folder = os.path.join(a.work, "texts")
        os.makedirs(folder, exist_ok=True)
        for path in a.labelled:
            name = os.path.basename(path).split(".")[0]
            rows = texts.read(path)
            self.labels[name] = [label for label, _ in rows]
            self.result["texts"][name] = texts.write(rows, tok, os.path.join(folder, name))
        for model in self.models:
            for kind, rows in (("headlines", headlines), ("long", longs)):
                name = f"{model}-{kind}"
                self.result["texts"][name] = texts.write(texts.spread(rows, COUNTS[model][kind]), tok, os.path.join(folder, name))
        self.result["about"]["texts"] = (os.path.basename(a.headlines) if a.headlines else "the project's own headlines") + \
            "; long items joined from " + (os.path.basename(a.items) if a.items else "them")

    def files(self, model):
        return os.path.join(self.args.work, "files-" + model)

    def start(self, model, engine, precision, threads):
        if engine == "tickertone":
            command = [self.args.bench, "--serve", "--precision", precision, "--threads", str(threads), self.models[model]]
        else:
            command = [sys.executable, os.path.join(HERE, "worker.py"), engine, precision, self.models[model], self.files(model),
                       str(threads)]
        return Process(command, engine, precision, ".tsv" if engine == "tickertone" else ".json")

    def start_all(self, model, threads, only=None):
        wanted = [("tickertone", p) for p in OURS] + [(e, p) for e in self.args.peers for p in PEERS[e]]
        workers = []
        for engine, precision in wanted:
            if only is None or (engine, precision) in only:
                worker = self.start(model, engine, precision, threads)  # one after the other: the time to load is told
                ready = worker.read()
                if ready:
                    workers.append(worker)
                    self.result["versions"][engine] = ready.get("version", self.result["about"].get("commit", ""))
        return workers

    def speed(self, model, threads):
        workers = self.start_all(model, threads)
        for kind in self.args.texts:
            path, rounds = self.result["texts"][f"{model}-{kind}"]["path"], {}
            print(f"==> {model}, {kind}, threads: {threads}", flush=True)
            for i in range(self.args.rounds + 1):  # the first warms up
                for w in list(workers):
                    got = w.ask("speed", path)
                    if not got:
                        workers.remove(w)
                    elif i > 0:
                        rounds.setdefault(str(w), []).append(got)
            for w in workers:
                got = rounds[str(w)]
                row = {k: got[-1][k] for k in ("load_ms", "rss_kib", "max_rss_kib")} | {"plan": got[-1].get("plan", "packs")}
                rates = [g["items_per_s"] for g in got]
                self.result["speed"].append(row | {
                    "engine": w.engine, "precision": w.precision, "model": model, "texts": kind, "threads": threads, "rounds": rates,
                    "items_per_s": statistics.median(rates), "tokens_per_s": statistics.median(g["tokens_per_s"] for g in got)})
                print(f"    {str(w):20} {statistics.median(rates):9.1f} items/s   {row['plan']}", flush=True)
            self.save()
        for w in workers:
            w.end()

    def quality(self, model):
        """What a precision costs: accuracy, and how far its probabilities are from the same engine's in fp32."""
        only = {(r["engine"], r["precision"]) for r in self.result["speed"] if r["model"] == model}
        workers = self.start_all(model, int(self.args.threads[-1]), only)
        for name, labels in self.labels.items():
            fp32 = {}
            for w in workers:
                p = (w.ask("outputs", self.result["texts"][name]["path"]) or {}).get("p")
                if not p or len(p) != len(labels):
                    continue
                if w.precision == "fp32":
                    fp32[w.engine] = p
                self.result["quality"].append({"engine": w.engine, "precision": w.precision, "model": model, "texts": name}
                                              | compare(p, fp32.get(w.engine), labels))
        for w in workers:
            w.end()
        self.save()

    def latency(self, model):
        """One headline at a time: alone, and (one thread) while another of its kind reads a stream of texts."""
        path, got = self.result["texts"][f"{model}-headlines"]["path"], {}
        only = {(r["engine"], r["precision"]) for r in self.result["speed"] if r["model"] == model}
        print(f"==> {model}, one headline at a time", flush=True)
        for threads in map(int, self.args.threads):
            workers = self.start_all(model, threads, only)
            loads = {str(w): self.start(model, w.engine, w.precision, 1) for w in workers if threads == 1 and w.engine != "tickertone"}
            for name, load in loads.items():
                load.read()
                load.ask("stream", path)
                load.process.send_signal(19)  # SIGSTOP until it is its turn
            for _ in range(3):
                for w in workers:
                    for load in (0, 1) if threads == 1 else (0,):
                        other = loads.get(str(w)) if load else None
                        if other:
                            other.process.send_signal(18)
                            time.sleep(0.2)
                        answer = w.ask("latency", f"{self.args.singles} {load} {path}")
                        if other:
                            other.process.send_signal(19)
                        got.setdefault((str(w), threads, load), []).append(answer)
            for w in workers + list(loads.values()):
                w.end()
        for (name, threads, load), answers in got.items():
            engine, precision = name.split()
            self.result["latency"].append({"engine": engine, "precision": precision, "model": model, "threads": threads, "load": load} | {
                k: statistics.median(a[k] for a in answers) for k in ("p50_us", "p99_us")})
        self.save()

    def save(self):
        with open(self.args.out + ".json", "w", encoding="utf8") as f:
            json.dump(self.result, f, indent=1)
        with open(self.args.out + ".md", "w", encoding="utf8") as f:
            f.write(markdown(self.result))


def main():
    args = arguments()
    run = Run(args)
    calibration = run.result["texts"][f"{next(iter(run.models))}-headlines"]["path"] + ".json"
    for model, folder in run.models.items():
        subprocess.run([sys.executable, os.path.join(HERE, "export.py"), folder, run.files(model), calibration, *args.peers], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.rmtree(os.path.join(run.files(model), "bare"), ignore_errors=True)
    for model in run.models:
        for threads in map(int, args.threads):
            run.speed(model, threads)
        if model == "default":  # the base-size one has random weights
            run.quality(model)
        if args.singles:
            run.latency(model)
    print(markdown(run.result))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""One engine in one process: opens a model, then measures once for each line on standard input and answers in JSON.

usage: worker.py ENGINE PRECISION MODEL_DIR FILES_DIR THREADS      ENGINE: onnxruntime, ctranslate2, openvino, torch

  speed FILE             items per second over the texts. The first time all plans are tried, later the best two;
                         a plan is a batch size, an order, and N threads on a batch or N batches at a time
  outputs FILE           probabilities of all texts: negative, neutral, positive
  latency N LOAD FILE    one text at a time, N of them: percentiles (LOAD is the driver's business)
  stream FILE            reads the texts for ever: the load for another worker's latency"""
import importlib, itertools, json, math, os, resource, statistics, sys, time
from concurrent.futures import ThreadPoolExecutor

begun = time.perf_counter()
from batches import PLANS, groups  # noqa: E402
from texts import LABELS  # noqa: E402

WARM_UP, KEPT = 16, 2


def resident_kib():
    with open("/proc/self/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


class Worker:
    def __init__(self, engine, precision, model, files, threads):
        self.threads = threads
        module = importlib.import_module("engine_" + engine)
        self.open = lambda n: module.Engine(model, files, precision, n)
        self.engine = self.open(threads)
        self.load_ms = (time.perf_counter() - begun) * 1e3
        self.streams = []  # engines of one thread each; opened when first needed
        self.pool = ThreadPoolExecutor(threads)
        with open(os.path.join(model, "config.json"), encoding="utf8") as f:
            self.names = {int(k): v.lower() for k, v in json.load(f)["id2label"].items()}
        self.read, self.plans = {}, {}
        self.facts = {"engine": engine, "precision": precision, "threads": threads, "version": module.VERSION}

    def answer(self, **what):
        print(json.dumps(self.facts | {"load_ms": round(self.load_ms), "rss_kib": resident_kib(),
              "max_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} | what), flush=True)

    def texts(self, path):
        if path not in self.read:
            with open(path, encoding="utf8") as f:
                self.read[path] = json.load(f)
        return self.read[path]["ids"], self.read[path]["labels"]

    def once(self, ids, plan, warm):
        """(seconds, groups, logits) of reading all texts by one plan."""
        parallel, size, order = plan
        parts = groups(ids, (size, order))
        batches = [self.engine.prepare([ids[i] for i in part]) for part in parts]
        if parallel == 1:
            if warm:
                self.engine.run(batches[-1])
            start = time.perf_counter()
            logits = [self.engine.run(b) for b in batches]
            return time.perf_counter() - start, parts, logits
        while len(self.streams) < parallel:
            self.streams.append(self.open(1))
        if warm:
            list(self.pool.map(lambda e: e.run(batches[-1]), self.streams))
        logits, todo = [None] * len(batches), iter(range(len(batches) - 1, -1, -1))  # the longest first

        def work(engine):
            for i in todo:  # next() of a range's iterator is atomic under the interpreter's lock
                logits[i] = engine.run(batches[i])

        start = time.perf_counter()
        list(self.pool.map(work, self.streams))
        return time.perf_counter() - start, parts, logits

    def speed(self, path):
        ids, _ = self.texts(path)
        first = path not in self.plans
        every = [(n, size, order) for n in sorted({1, self.threads}) for size, order in PLANS if size < 2 * len(ids)]
        took = {plan: self.once(ids, plan, first)[0] for plan in (every if first else self.plans[path])}
        best = sorted(took, key=took.get)
        if first:
            self.plans[path] = best[:KEPT]
        n, size, order = best[0]
        self.answer(what="speed", items_per_s=round(len(ids) / took[best[0]], 1),
                    tokens_per_s=round(sum(map(len, ids)) / took[best[0]]),
                    plan=f"{size} {order}" + (f", {n} at a time" if n > 1 else ""))

    def outputs(self, path):
        ids, _ = self.texts(path)
        _, parts, logits = self.once(ids, (1, 32, "sorted"), False)
        p = [None] * len(ids)
        for part, rows in zip(parts, logits):
            for i, row in zip(part, rows):
                e = {self.names[k]: math.exp(x - max(row)) for k, x in enumerate(row)}
                p[i] = [round(e[name] / sum(e.values()), 6) for name in LABELS]
        self.answer(what="outputs", p=p)

    def latency(self, n, path):
        batches = [self.engine.prepare([i]) for i in self.texts(path)[0]]
        us = []
        for batch in itertools.islice(itertools.cycle(batches), n + WARM_UP):
            start = time.perf_counter()
            self.engine.run(batch)
            us.append((time.perf_counter() - start) * 1e6)
        us = sorted(us[WARM_UP:])
        self.answer(what="latency", n=n, p50_us=round(statistics.median(us)), p99_us=round(us[n - 1 - n // 100]))

    def stream(self, path):
        ids, _ = self.texts(path)
        batches = [self.engine.prepare([ids[i] for i in part]) for part in groups(ids, (16, "sorted"))]
        self.answer(what="stream")
        for batch in itertools.cycle(batches):
            self.engine.run(batch)

    def serve(self):
        self.answer(what="ready")
        for line in sys.stdin:
            what, _, rest = line.rstrip("\n").partition(" ")
            if what == "latency":
                n, _, path = rest.split(" ", 2)
                self.latency(int(n), path)
            else:
                {"speed": self.speed, "outputs": self.outputs, "stream": self.stream}[what](rest)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    try:
        Worker(*sys.argv[1:5], int(sys.argv[5])).serve()
    except (RuntimeError, KeyError, ImportError, FileNotFoundError, AttributeError) as e:
        sys.exit(f"{type(e).__name__}: {e}"[:300])

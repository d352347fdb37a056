#!/usr/bin/env python3
"""Is what `tickertone train` teaches as good as what PyTorch teaches, with the same texts, start and settings? Both train once a seed,
and `tickertone eval` judges both kinds of model: accuracy and macro-F1 of the texts, their means over seeds, and the difference with its standard error.

usage: train_quality.py ENCODER TRAIN.tsv VALID.tsv [option...]          needs: pip install torch transformers

  --tickertone PATH   the program (build-test/gcc/app/tickertone)
  --work DIR          where models are kept (build-bench/quality); those that are finished are not made again
  --seeds LIST        1,2,3
  --epochs N          2
  --threads N         2
  --out FILE          the table in Markdown, too

Settings are train's own: AdamW (0.01 but for biases and LayerNorms), rate 6e-5 with a tenth of the steps to warm up and linear to 0, batch
32, dropout 0.1, gradients clipped to norm 1, texts cleaned, 128 tokens. The item head alone: labels of texts."""
import argparse, json, math, os, random, shutil, statistics, subprocess, sys, time

LABELS = ("negative", "neutral", "positive")
FIGURES = ("accuracy", "macro-F1")
RATE, BATCH, WARM_UP, TOKENS = 6e-5, 32, 0.1, 128


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("encoder", "train", "valid"):
        p.add_argument(name)
    p.add_argument("--tickertone", default="build-test/gcc/app/tickertone")
    p.add_argument("--work", default="build-bench/quality")
    p.add_argument("--seeds", default="1,2,3", type=lambda s: [int(x) for x in s.split(",")])
    p.add_argument("--epochs", type=int, default=2)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--out")
    return p.parse_args()


def figures(a, folder):
    report = json.loads(subprocess.run([a.tickertone, "eval", a.valid, "--model", folder, "--precision", "fp32", "--format", "json",
                                        "--resamples", "100"], check=True, capture_output=True, text=True).stdout)
    texts = report["slices"][0]["texts"]["models"][0]
    return texts["accuracy"]["value"], texts["macro_f1"]["value"]


def train_ours(a, seed, folder):
    subprocess.run([a.tickertone, "train", a.train, "--model", a.encoder, "--out", folder, "--epochs", str(a.epochs), "--seed", str(seed),
                    "--threads", str(a.threads), "--dtype", "fp32", "--resume", "--quiet"], check=True)


def cleaned_rows(a):
    """What the scorer would read of each text."""
    path = os.path.join(a.work, "clean.tsv")
    subprocess.run([a.tickertone, "data", "clean", a.train, "-o", path], check=True)
    with open(path, encoding="utf-8") as f:
        return [(LABELS.index(label.lower()), text) for label, text in (line.rstrip("\n").split("\t", 1) for line in f)]


def torch_model(a, torch):
    from transformers import BertConfig, BertForSequenceClassification
    config = BertConfig.from_pretrained(a.encoder, num_labels=3, id2label=dict(enumerate(LABELS)),
                                        label2id={label: i for i, label in enumerate(LABELS)})
    model = BertForSequenceClassification.from_pretrained(a.encoder, config=config, dtype=torch.float32)
    return model.train()


def train_torch(a, seed, folder):
    import torch
    from transformers import BertTokenizerFast
    torch.set_num_threads(a.threads)
    torch.manual_seed(seed)
    order = random.Random(seed)
    rows, tokenizer, model = cleaned_rows(a), BertTokenizerFast.from_pretrained(a.encoder), torch_model(a, torch)
    plain = [p for n, p in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
    rest = [p for n, p in model.named_parameters() if not (n.endswith("bias") or "LayerNorm" in n)]
    optimizer = torch.optim.AdamW([dict(params=rest, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=RATE, fused=True)
    steps = (len(rows) + BATCH - 1) // BATCH * a.epochs
    warm_up = round(WARM_UP * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: (t + 1) / warm_up if t < warm_up else max(0, (steps - t) / (steps - warm_up)))
    for _ in range(a.epochs):
        order.shuffle(rows)
        for at in range(0, len(rows), BATCH):
            batch = rows[at:at + BATCH]
            x = tokenizer([text for _, text in batch], padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
            loss = torch.nn.functional.cross_entropy(model(**x).logits, torch.tensor([label for label, _ in batch]))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    model.save_pretrained(folder)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(os.path.join(a.encoder, name), folder)


def measure(a, name, train, seed):
    folder = os.path.join(a.work, f"{name}-{seed}-{a.epochs}")
    done, begun = folder + ".json", time.monotonic()
    if not os.path.exists(done):
        train(a, seed, folder)
        result = dict(seconds=round(time.monotonic() - begun), figures=figures(a, folder))
        with open(done, "w") as f:
            json.dump(result, f)
    with open(done) as f:
        return json.load(f)


def mean(values):
    """And its standard error."""
    return statistics.mean(values), statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")


def table(a, results):
    """A row a seed; points are hundredths."""
    columns = [(name, k) for name in results for k in range(len(FIGURES))]
    out = ["| seed | " + " | ".join(f"{name}, {FIGURES[k]}" for name, k in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    out += [f"| {seed} | " + " | ".join(f"{results[name][i]['figures'][k]:.4f}" for name, k in columns) + " |" for i, seed in enumerate(a.seeds)]
    means = {(name, k): mean([run["figures"][k] for run in results[name]]) for name, k in columns}
    out.append("| mean, standard error | " + " | ".join(f"{means[c][0]:.4f}, {means[c][1]:.4f}" for c in columns) + " |")
    for k, what in enumerate(FIGURES):
        (ours, e), (theirs, f) = means["tickertone", k], means["torch", k]
        out.append(f"\nThe means of {what} differ by {100 * (ours - theirs):+.2f} points, standard error {100 * math.hypot(e, f):.2f}.")
    out.append("\nSeconds a seed, median: " + ", ".join(f"{name} {statistics.median(r['seconds'] for r in runs):.0f}" for name, runs in results.items()) + ".")
    return "\n".join(out) + "\n"


def main():
    a = arguments()
    os.makedirs(a.work, exist_ok=True)
    results = {"tickertone": [], "torch": []}
    for seed in a.seeds:
        results["tickertone"].append(measure(a, "tickertone", train_ours, seed))
        results["torch"].append(measure(a, "torch", train_torch, seed))
    text = table(a, results)
    sys.stdout.write(text)
    if a.out:
        with open(a.out, "w") as f:
            f.write(text)


main()

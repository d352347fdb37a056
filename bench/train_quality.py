#!/usr/bin/env python3
"""Is what `tickertone train` teaches as good as what PyTorch teaches, with the same texts and settings? Both train once a seed, from the
same weights (a seed's new head with them) and with the texts in the same order, so that dropout and rounding are all that differs; `tickertone
eval` judges both kinds of model: accuracy and macro-F1 of the texts, their means over seeds, and the difference.

usage: train_quality.py ENCODER TRAIN.tsv VALID.tsv [option...]          needs: pip install torch transformers

  --tickertone PATH   the program (build-test/gcc/app/tickertone)
  --work DIR          where models are kept (build-bench/quality); those that are finished are not made again
  --seeds LIST        1,2,3
  --epochs N          2
  --dropout X         0.1
  --threads N         2
  --out FILE          the table in Markdown, too

Settings are train's own: AdamW (0.01 but for biases and LayerNorms), rate 6e-5 with a tenth of the steps to warm up and linear to 0, batch
32, gradients clipped to norm 1, texts cleaned, 128 tokens. The item head alone: labels of texts."""
import argparse, json, os, shutil, statistics, subprocess, sys, time

LABELS = ("negative", "neutral", "positive")
FIGURES = ("accuracy", "macro-F1")
RATE, BATCH, WARM_UP, TOKENS = 6e-5, 32, 0.1, 128
M64 = (1 << 64) - 1


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("encoder", "train", "valid"):
        p.add_argument(name)
    p.add_argument("--tickertone", default="build-test/gcc/app/tickertone")
    p.add_argument("--work", default="build-bench/quality")
    p.add_argument("--seeds", default="1,2,3", type=lambda s: [int(x) for x in s.split(",")])
    p.add_argument("--epochs", type=int, default=2)
    p.add_argument("--dropout", type=float, default=0.1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--out")
    return p.parse_args()


def figures(a, folder):
    report = json.loads(subprocess.run([a.tickertone, "eval", a.valid, "--model", folder, "--precision", "fp32", "--format", "json",
                                        "--resamples", "100"], check=True, capture_output=True, text=True).stdout)
    texts = report["slices"][0]["texts"]["models"][0]
    return texts["accuracy"]["value"], texts["macro_f1"]["value"]


def tickertone_train(a, seed, folder, texts, *options):
    subprocess.run([a.tickertone, "train", texts, "--model", a.encoder, "--out", folder, "--seed", str(seed), "--dtype", "fp32",
                    "--threads", str(a.threads), "--resume", "--quiet", *options], check=True)


def train_ours(a, seed, folder):
    tickertone_train(a, seed, folder, a.train, "--epochs", str(a.epochs), "--dropout", str(a.dropout))


def cleaned_rows(a, path):
    """What the scorer would read of each text."""
    subprocess.run([a.tickertone, "data", "clean", a.train, "-o", path], check=True)
    with open(path, encoding="utf-8") as f:
        return [(LABELS.index(label.lower()), text) for label, text in (line.rstrip("\n").split("\t", 1) for line in f)]


def shuffled(rows, seed, epoch):
    """As nlp/train/fit/fit.c does: Fisher and Yates with SplitMix64."""
    rows, state = list(rows), (seed * 0xD1342543DE82EF95 + epoch) & M64
    for i in range(len(rows), 1, -1):
        state = (state + 0x9E3779B97F4A7C15) & M64
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & M64
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & M64
        k = (z ^ z >> 31) % i
        rows[i - 1], rows[k] = rows[k], rows[i - 1]
    return rows


def torch_model(a, torch, start):
    from transformers import BertConfig, BertForSequenceClassification
    config = BertConfig.from_pretrained(start, hidden_dropout_prob=a.dropout, attention_probs_dropout_prob=a.dropout)
    model = BertForSequenceClassification.from_pretrained(start, config=config, dtype=torch.float32)
    return model.train()


def train_torch(a, seed, folder):
    import torch
    from transformers import BertTokenizerFast
    torch.set_num_threads(a.threads)
    torch.manual_seed(seed)
    rows, start = cleaned_rows(a, folder + ".tsv"), folder + ".start"
    with open(folder + ".row.tsv", "w", encoding="utf-8") as f:
        f.write("neutral\tat rate 0 it matters not what is read\n")
    tickertone_train(a, seed, start, f.name, "--epochs", "1", "--rate", "0")
    tokenizer, model = BertTokenizerFast.from_pretrained(start), torch_model(a, torch, start)
    plain = [p for n, p in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
    rest = [p for n, p in model.named_parameters() if not (n.endswith("bias") or "LayerNorm" in n)]
    optimizer = torch.optim.AdamW([dict(params=rest, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=RATE, fused=True)
    steps = (len(rows) + BATCH - 1) // BATCH * a.epochs
    warm_up = round(WARM_UP * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: (t + 1) / warm_up if t < warm_up else max(0, (steps - t) / (steps - warm_up)))
    for epoch in range(a.epochs):
        order = shuffled(rows, seed, epoch)
        for at in range(0, len(order), BATCH):
            batch = order[at:at + BATCH]
            x = tokenizer([text for _, text in batch], padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
            loss = torch.nn.functional.cross_entropy(model(**x).logits, torch.tensor([label for label, _ in batch]))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    model.save_pretrained(folder)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(os.path.join(start, name), folder)


def measure(a, name, train, seed):
    folder = os.path.join(a.work, f"{name}-{seed}-{a.epochs}-{a.dropout}")
    done, begun = folder + ".json", time.monotonic()
    if not os.path.exists(done):
        train(a, seed, folder)
        result = dict(seconds=round(time.monotonic() - begun), figures=figures(a, folder))
        with open(done, "w") as f:
            json.dump(result, f)
    with open(done) as f:
        return json.load(f)


def mean(values):
    error = f" ± {statistics.stdev(values) / len(values) ** 0.5:.4f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.4f}{error}"


def table(a, results):
    """A row a seed; behind ± is a standard error. Seeds are pairs."""
    columns = [(f"{name}, {what}", [run["figures"][k] for run in runs]) for k, what in enumerate(FIGURES) for name, runs in results.items()]
    columns += [(f"{what}, difference", [x - y for x, y in zip(columns[2 * k][1], columns[2 * k + 1][1])]) for k, what in enumerate(FIGURES)]
    out = ["| seed | " + " | ".join(name for name, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    out += [f"| {seed} | " + " | ".join(f"{values[i]:.4f}" for _, values in columns) + " |" for i, seed in enumerate(a.seeds)]
    out.append("| mean | " + " | ".join(mean(values) for _, values in columns) + " |")
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

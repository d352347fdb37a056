#!/usr/bin/env python3
"""How good is a recipe, whatever the seed? `tickertone eval` judges models that differ in their seed alone; the mean of each figure comes
with its 95 % interval by Student's t (n - 1 degrees of freedom), beside what another model has. Python alone, no packages.

usage: seed_figures.py TICKERTONE OTHER FILE,... MODEL...          a table in Markdown, in fp32"""
import json
import os
import statistics
import subprocess
import sys

T_975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)  # of 1 to 9 degrees of freedom
HEADS = ("texts", "entities")


def judge(tickertone, file, model):
    """{"texts, accuracy": 0.86, ...} of what FILE has labels for."""
    done = subprocess.run([tickertone, "eval", file, "--model", model, "--precision", "fp32", "--format", "json", "--resamples", "100"],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)  # which has said why
    report = json.loads(done.stdout)
    found = {}
    for head in HEADS:
        judged = report["slices"][0][head]
        if judged["n"]:
            for name in ("accuracy", "macro_f1"):
                found[f"{head}, {name.replace('_f1', '-F1')}"] = judged["models"][0][name]["value"]
            found[f"{head}, ECE"] = judged["models"][0]["ece"]
    return found


def main():
    if not 6 <= len(sys.argv) <= 4 + len(T_975) + 1:
        sys.exit(__doc__)
    tickertone, other, files, models = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4:]
    table = ["| | " + " | ".join(map(os.path.basename, models)) + f" | mean and 95 % | {os.path.basename(other)} |", "|---" * (len(models) + 3) + "|"]
    for file in files:
        beside, runs = judge(tickertone, file, other), [judge(tickertone, file, m) for m in models]
        for what, value in beside.items():
            values = [run[what] for run in runs]
            mean, half = statistics.mean(values), T_975[len(values) - 2] * statistics.stdev(values) / len(values) ** 0.5
            table.append(f"| {os.path.basename(file)}: {what} | " + " | ".join(f"{v:.4f}" for v in values) +
                         f" | {mean:.4f} [{mean - half:.4f}, {mean + half:.4f}] | {value:.4f} |")
    print("\n".join(table))


main()

#!/usr/bin/env python3
"""Makes golden.h: answers, and what others' implementations say of them. Needs numpy, scipy, scikit-learn, statsmodels.

Figures: sklearn.metrics; the temperature: scipy.optimize.minimize_scalar (bounded Brent) over log T; McNemar's test:
statsmodels.stats.contingency_tables.mcnemar. ECE is written out here with numpy: (low, high] bins by searchsorted."""
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support
from statsmodels.stats.contingency_tables import mcnemar

N, BINS = 60, 15
rng = np.random.default_rng(20261129)
y = rng.choice(3, N, p=[0.2, 0.5, 0.3])
logits = 1.2 * np.eye(3)[y] + rng.normal(size=(N, 3))
p = np.round(softmax(2.5 * logits, axis=1), 4)  # too sure of itself
p /= p.sum(axis=1, keepdims=True)
p = p.astype(np.float32).astype(np.float64)
top, confidence = p.argmax(axis=1), p.max(axis=1)


def ece(p):
    top, confidence = p.argmax(axis=1), p.max(axis=1)
    where = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence, side="left")
    return sum(abs((confidence - (top == y))[where == b].sum()) for b in range(BINS)) / N


def loss(log_t):
    return -log_softmax(np.log(np.maximum(p, np.finfo(np.float32).tiny)) / np.exp(log_t), axis=1)[np.arange(N), y].mean()


found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-10})
precision, recall, f1, _ = precision_recall_fscore_support(y, top, labels=[0, 1, 2])
numbers = lambda v: ", ".join("%.12g" % x for x in v)
print("/* golden.h - made by make_golden.py, not by hand. */")
print("static const struct tt_answer answers[] = {")
for i in range(N):
    print("\t{%d, %d, {%s}}," % (i, y[i], ", ".join("%.9gf" % x if "." in "%.9g" % x or "e" in "%.9g" % x else "%.1ff" % x for x in p[i])))
print("};")
print("#define GOLDEN_CONFUSION", "{{" + "}, {".join(", ".join(map(str, r)) for r in confusion_matrix(y, top, labels=[0, 1, 2])) + "}}")
print("#define GOLDEN_ACCURACY %.12g" % accuracy_score(y, top))
print("#define GOLDEN_MACRO_F1 %.12g" % f1_score(y, top, average="macro"))
print("#define GOLDEN_PRECISION {%s}" % numbers(precision))
print("#define GOLDEN_RECALL {%s}" % numbers(recall))
print("#define GOLDEN_F1 {%s}" % numbers(f1))
print("#define GOLDEN_LOG_LOSS %.12g" % log_loss(y, np.maximum(p, np.finfo(np.float32).tiny)))
print("#define GOLDEN_BRIER %.12g" % ((p - np.eye(3)[y]) ** 2).sum(axis=1).mean())
print("#define GOLDEN_ECE %.12g" % ece(p))
print("#define GOLDEN_TEMPERATURE %.12g" % np.exp(found.x))
print("#define GOLDEN_CALIBRATED_LOSS %.12g" % found.fun)
print("/* only the first right, only the second, p */")
print("static const struct { unsigned long long first, second; bool exact; double p; } mcnemar_rows[] = {")
for a, b in [(0, 0), (0, 1), (3, 3), (1, 7), (12, 12), (2, 22), (0, 24), (12, 13), (0, 25), (30, 10), (40, 45), (500, 400)]:
    exact = a + b < 25
    r = mcnemar([[0, a], [b, 0]], exact=exact, correction=True).pvalue if a + b else 1.0
    print("\t{%d, %d, %s, %.12g}," % (a, b, "true" if exact else "false", r))
print("};")

"""How texts are put into batches: the plans that are tried for each engine."""
import numpy as np

PLANS = ((1, "given"), (8, "sorted"), (16, "sorted"), (32, "sorted"), (64, "sorted"), (32, "given"))


def padded(ids):
    """(ids, mask) of shape (texts, longest), int64."""
    length = max(map(len, ids))
    out, mask = np.zeros((len(ids), length), np.int64), np.zeros((len(ids), length), np.int64)
    for row, text in enumerate(ids):
        out[row, :len(text)], mask[row, :len(text)] = text, 1
    return out, mask


def groups(ids, plan):
    """Indices of the texts, batch by batch."""
    size, order = plan
    index = list(range(len(ids)))
    if order == "sorted":
        index.sort(key=lambda i: len(ids[i]))
    return [index[i:i + size] for i in range(0, len(index), size)]

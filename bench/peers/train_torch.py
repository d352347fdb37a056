#!/usr/bin/env python3
"""PyTorch's side of bench_train: the same model, texts, batches, dropout and optimizer; eager, fused attention, batches
padded to their longest text.

usage: bench_train MODEL FILE --ids | train_torch.py MODEL_DIR [THREADS]          needs: pip install torch transformers
"""
import json, statistics, sys, time

import torch
from transformers import BertForSequenceClassification

WARM_UP = 3


def batches():
    rows = []
    for line in sys.stdin:
        if line.strip():
            rows.append([int(x) for x in line.split()])
            continue
        longest = max(len(r) for r in rows) - 1
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest, dtype=torch.long)
        for i, r in enumerate(rows):
            ids[i, :len(r) - 1] = torch.tensor(r[1:])
            mask[i, :len(r) - 1] = 1
        yield ids, mask, torch.tensor([r[0] for r in rows])
        rows = []


def main(folder, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = BertForSequenceClassification.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation='sdpa').train()
    plain = [p for n, p in model.named_parameters() if n.endswith('bias') or 'LayerNorm' in n]
    rest = [p for n, p in model.named_parameters() if not (n.endswith('bias') or 'LayerNorm' in n)]
    optimizer = torch.optim.AdamW([dict(params=rest, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=6e-5, fused=True)
    times, tokens = [], 0
    for i, (ids, mask, labels) in enumerate(list(batches())):
        start = time.perf_counter()
        loss = torch.nn.functional.cross_entropy(model(input_ids=ids, attention_mask=mask).logits, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if i >= WARM_UP:
            times.append(time.perf_counter() - start)
            tokens += int(mask.sum())
    print(json.dumps(dict(engine='torch ' + torch.__version__, threads=threads, batch=len(labels),
                          step_ms=round(statistics.median(times) * 1e3, 1), tokens_per_s=round(tokens / sum(times)),
                          loss=round(loss.item(), 4))))


main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)

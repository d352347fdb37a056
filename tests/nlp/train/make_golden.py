#!/usr/bin/env python3
"""Makes tests/nlp/train/golden/: what PyTorch computes of a batch on tests/nlp/model/tiny/two-heads, for test_train_torch.c.

usage: make_golden.py TINY_DIR OUT_DIR          needs: pip install torch transformers safetensors

words.safetensors, words.json: the same of BertForMaskedLM, with the weights that its head begins with (start.), and
                     of gradients and weights a part
batch.json           examples (ids, label or null, soft or null, mentions), options, and the losses of three steps
gradients.safetensors the gradient of the first step, before clipping
after.safetensors    the weights after three steps of clipping and AdamW with warm-up and linear decay
No dropout: its draws are ours alone.
"""
import json, os, random, sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import BertForMaskedLM, BertForSequenceClassification

STEPS, WARM_UP, RATE, LAYER_DECAY, DECAY, CLIP = 5, 2, 1e-3, 0.8, 0.05, 0.5
SMOOTHING, CLASS_WEIGHT, ITEM, ENTITY = 0.1, [1.0, 2.0, 0.5], 1.0, 0.7


def examples():
    random.seed(11)
    rows = []
    for n in [24, 2, 9, 17, 5, 12]:
        ids = [2] + [random.randrange(4, 37) for _ in range(n - 2)] + [3]
        mentions = []
        for _ in range(random.randint(0, 3) if n > 2 else 0):
            b = random.randint(1, n - 2)
            mentions.append(dict(begin=b, end=random.randint(b + 1, n - 1), label=random.randrange(3)))
        rows.append(dict(ids=ids, label=random.randrange(3), mentions=mentions))
    return rows


def loss_of(model, head, rows):
    states, items = [], []
    for r in rows:
        out = model(input_ids=torch.tensor([r['ids']]), output_hidden_states=True)
        items.append(out.logits[0])
        states.append(out.hidden_states[-1][0])
    weight = torch.tensor(CLASS_WEIGHT)
    spans = [torch.cat([s[0], s[m['begin']:m['end']].mean(0)]) for r, s in zip(rows, states) for m in r['mentions']]
    labels = [m['label'] for r in rows for m in r['mentions']]
    item = F.cross_entropy(torch.stack(items), torch.tensor([r['label'] for r in rows]), weight, label_smoothing=SMOOTHING)
    entity = F.cross_entropy(head(torch.stack(spans)), torch.tensor(labels), weight, label_smoothing=SMOOTHING)
    return item, entity


def depth(name):
    if 'embeddings' in name:
        return 0
    return int(name.split('.')[3]) + 1 if '.layer.' in name else 3


def hidden_words():
    """Some tokens, all but the first and the last of a text, that are asked; most of them are hidden by word 1."""
    random.seed(12)
    rows = []
    for r in examples():
        words = [-1 if i in (0, len(r['ids']) - 1) or random.random() > 0.4 else w for i, w in enumerate(r['ids'])]
        ids = [i if w < 0 or random.random() < 0.2 else 1 for i, w in zip(r['ids'], words)]
        rows.append(dict(ids=ids, words=words))
    return rows


def words(folder, out):
    torch.manual_seed(13)
    model = BertForMaskedLM.from_pretrained(folder, torch_dtype=torch.float32).eval()
    named = dict(model.named_parameters())
    for k, p in named.items():
        if k.startswith('cls.'):
            p.data = torch.randn_like(p) * 0.3 + (1 if k.endswith('LayerNorm.weight') else 0)
    kept = [k for k in named if k.startswith('cls.') or 'embeddings' in k or 'layer.1.output' in k]
    tensors = {'start.' + k: p.data.clone() for k, p in named.items() if k.startswith('cls.')}
    rows, losses, optimizer = hidden_words(), [], optimizer_of(named)
    for step in range(3):
        logits = torch.cat([model(input_ids=torch.tensor([r['ids']])).logits[0] for r in rows])
        loss = F.cross_entropy(logits, torch.tensor([w for r in rows for w in r['words']]), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            tensors |= {'gradient.' + k: named[k].grad.clone() for k in kept}
        update(optimizer, named, step)
    tensors |= {'after.' + k: named[k].data.clone() for k in kept}
    save_file(tensors, os.path.join(out, 'words.safetensors'))
    with open(os.path.join(out, 'words.json'), 'w') as f:
        json.dump(dict(losses=losses, examples=rows), f)
        f.write('\n')


def optimizer_of(named):
    groups = [dict(params=[p], lr=1.0, base=RATE * LAYER_DECAY ** (3 - depth(k)),
                   weight_decay=0.0 if k.endswith('bias') or 'LayerNorm' in k else DECAY) for k, p in named.items()]
    return torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-8)


def update(optimizer, named, step):
    torch.nn.utils.clip_grad_norm_(list(named.values()), CLIP)
    factor = (step + 1) / WARM_UP if step < WARM_UP else (STEPS - step) / (STEPS - WARM_UP)
    for g in optimizer.param_groups:
        g['lr'] = g['base'] * factor
    optimizer.step()


def main(tiny, out):
    folder = os.path.join(tiny, 'two-heads')
    state = {k: v.float() for k, v in load_file(os.path.join(folder, 'model.safetensors')).items()}
    model = BertForSequenceClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()
    head = torch.nn.Linear(40, 3)
    head.load_state_dict({k: state['entity_classifier.' + k] for k in ('weight', 'bias')})
    named = dict(model.named_parameters()) | {'entity_classifier.' + k: p for k, p in head.named_parameters()}
    for k, p in named.items():
        assert torch.equal(p.data, state[k]), k
    optimizer = optimizer_of(named)
    rows, losses, gradients = examples(), [], None
    for step in range(3):
        item, entity = loss_of(model, head, rows)
        optimizer.zero_grad()
        (ITEM * item + ENTITY * entity).backward()
        losses.append([item.item(), entity.item()])
        gradients = gradients or {k: p.grad.clone() for k, p in named.items()}
        update(optimizer, named, step)
    os.makedirs(out, exist_ok=True)
    save_file(gradients, os.path.join(out, 'gradients.safetensors'))
    save_file({k: p.data.clone() for k, p in named.items()}, os.path.join(out, 'after.safetensors'))
    with open(os.path.join(out, 'batch.json'), 'w') as f:
        options = dict(steps=STEPS, warm_up=WARM_UP, rate=RATE, layer_decay=LAYER_DECAY, weight_decay=DECAY, clip=CLIP,
                       smoothing=SMOOTHING, class_weight=CLASS_WEIGHT, item=ITEM, entity=ENTITY)
        json.dump(dict(options=options, losses=losses, examples=rows), f)
        f.write('\n')
    words(folder, out)


main(sys.argv[1], sys.argv[2])

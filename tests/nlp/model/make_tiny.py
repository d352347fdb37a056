#!/usr/bin/env python3
"""Makes tests/nlp/model/tiny/: random models small enough to commit, and what PyTorch says they answer.

usage: make_tiny.py DIR          needs: pip install torch transformers safetensors

Three folders, each config.json, model.safetensors, vocab.txt and expected.jsonl:
  two-heads  F16, an entity head, names with "bert."
  finbert    F32, labels in FinBERT's order and in capitals, no entity head, names without "bert.", LayerNorm.gamma and .beta
  bf16       BF16, an entity head, one layer
expected.jsonl: ids (with [CLS], [SEP]), mentions [begin, end), item_logits and mention_logits, columns negative, neutral,
positive. Rows longer than the model's 24 positions are read in windows as nlp/model/windows.h says; theirs are log probabilities.
"""
import json, os, random, sys

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

WORDS = '''[PAD] [UNK] [CLS] [SEP] apple samsung tesla shares profit loss soars sinks rises falls on as the of in a to . , $ %
record weak strong outlook q ##1 ##2 ##s cut raised beats misses'''.split()
NAMES = ['negative', 'neutral', 'positive']
MODELS = {
    'two-heads': dict(dtype=torch.float16, labels=['negative', 'neutral', 'positive'], entity=True, layers=2, seed=1),
    'finbert': dict(dtype=torch.float32, labels=['Positive', 'NEGATIVE', 'neutral'], entity=False, layers=3, seed=2),
    'bf16': dict(dtype=torch.bfloat16, labels=['neutral', 'positive', 'negative'], entity=True, layers=1, seed=3),
}
POSITIONS = 24


def make(name, dtype, labels, entity, layers, seed):
    torch.manual_seed(seed)
    config = BertConfig(vocab_size=len(WORDS), hidden_size=20, num_hidden_layers=layers, num_attention_heads=2,
                        intermediate_size=44, max_position_embeddings=POSITIONS, hidden_act='gelu', layer_norm_eps=1e-12,
                        id2label=dict(enumerate(labels)), label2id={l: i for i, l in enumerate(labels)})
    model = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        for p in model.parameters():  # far from the small initial values, where errors would hide
            p.copy_((p + 0.35 * torch.randn_like(p)).to(dtype).float())
    state = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items() if not k.endswith('position_ids')}
    head = None
    if entity:
        head = torch.nn.Linear(40, 3)
        with torch.no_grad():
            for p in head.parameters():
                p.copy_(torch.randn_like(p).to(dtype).float())
        state.update({'entity_classifier.' + k: v.to(dtype) for k, v in head.state_dict().items()})
    if name == 'finbert':
        old = {'LayerNorm.weight': 'LayerNorm.gamma', 'LayerNorm.bias': 'LayerNorm.beta'}
        for new, was in old.items():
            state = {k.replace(new, was): v for k, v in state.items()}
        state = {k.removeprefix('bert.'): v for k, v in state.items()}
        state['embeddings.position_ids'] = torch.arange(POSITIONS)[None]  # old exports have it; it is to be ignored
    return config, model, head, state


def windows(n):
    """Pieces of the body of n ids: see windows.h."""
    cap, begin = POSITIONS - 2, 1
    while True:
        end = min(begin + cap, n - 1)
        yield begin, end
        if end == n - 1:
            return
        begin += cap - cap // 4


def best_window(pieces, n, b, e):
    def context(x, y):
        return 0 if b < x or e > y else min(n if x == 1 else b - x + 1, n if y == n - 1 else y - e + 1)
    return max(range(len(pieces)), key=lambda i: context(*pieces[i]))


@torch.no_grad()
def expect(model, head, order, ids, mentions):
    total, weight, rows = torch.zeros(3), 0, {}
    pieces = list(windows(len(ids)))
    for w, (begin, end) in enumerate(pieces):
        x = torch.tensor([[ids[0]] + ids[begin:end] + [ids[-1]]])
        out = model(input_ids=x, output_hidden_states=True)
        logits, states = out.logits[0][order], out.hidden_states[-1][0]
        total, weight = total + logits.softmax(-1) * (end - begin), weight + end - begin
        for m, (b, e) in enumerate(mentions):
            if head is None or not 1 <= b < e <= len(ids) - 1 or best_window(pieces, len(ids), b, e) != w:
                continue
            seen = states[1 + max(b, begin) - begin:1 + min(e, end) - begin].mean(0)
            rows[m] = head(torch.cat([states[0], seen]))[order].tolist()
    item = (logits if len(pieces) == 1 else (total / weight).log()).tolist()
    return item, [rows.get(m, item) for m in range(len(mentions))]


def main(root):
    random.seed(4)
    for name, spec in MODELS.items():
        config, model, head, state = make(name, **spec)
        folder = os.path.join(root, name)
        os.makedirs(folder, exist_ok=True)
        save_file(state, os.path.join(folder, 'model.safetensors'), metadata={'format': 'pt'})
        with open(os.path.join(folder, 'config.json'), 'w') as f:
            json.dump(json.loads(config.to_json_string(use_diff=False)), f, indent=1, sort_keys=True)
            f.write('\n')
        with open(os.path.join(folder, 'vocab.txt'), 'w') as f:
            f.write('\n'.join(WORDS) + '\n')
        order = [[l.lower() for l in spec['labels']].index(n) for n in NAMES]
        with open(os.path.join(folder, 'expected.jsonl'), 'w') as f:
            for n in [2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 17, 20, 23, 24, 25, 30, 41, 42, 100] + [random.randint(3, 24) for _ in range(20)]:
                ids = [2] + [random.randrange(4, len(WORDS)) for _ in range(n - 2)] + [3]
                mentions = []
                for _ in range(random.randint(0, 4)):
                    b = random.randint(1, n - 1)
                    mentions.append([b, min(n - 1, b + random.randint(0, 3))])
                item, rows = expect(model, head, order, ids, mentions)
                f.write(json.dumps(dict(ids=ids, mentions=mentions, item_logits=[round(x, 6) for x in item],
                                        mention_logits=[[round(x, 6) for x in r] for r in rows])) + '\n')


main(sys.argv[1])

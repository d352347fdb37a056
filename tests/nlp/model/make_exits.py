#!/usr/bin/env python3
"""Makes tests/nlp/model/tiny/exits: a random model of four layers with heads behind the first and the third, BF16.

usage: make_exits.py DIR         DIR is .../tiny; nothing but Python is needed
"""
import json, os, random, struct, sys

C, F, LAYERS, EXITS, POSITIONS = 20, 44, 4, [1, 3], 24
LABELS = ['positive', 'negative', 'neutral']  # another order than ours
root = sys.argv[1]
random.seed(7)
vocab = open(os.path.join(root, 'two-heads/vocab.txt')).read()
tensors = []  # name, shape, values


def add(name, *shape, mean=0.0, spread=0.35):
    n = shape[0] * (shape[1] if len(shape) > 1 else 1)
    tensors.append((name, shape, [random.gauss(mean, spread) for _ in range(n)]))


def dense(name, rows, cols, **how):
    add(name + '.weight', rows, cols, **how)
    add(name + '.bias', rows, **how)


def norm(name):
    add(name + '.weight', C, mean=1.0)
    add(name + '.bias', C)


for name, rows in [('word', len(vocab.split())), ('position', POSITIONS), ('token_type', 2)]:
    add(f'bert.embeddings.{name}_embeddings.weight', rows, C)
norm('bert.embeddings.LayerNorm')
for i in range(LAYERS):
    layer = f'bert.encoder.layer.{i}.'
    for part in ['attention.self.query', 'attention.self.key', 'attention.self.value', 'attention.output.dense']:
        dense(layer + part, C, C)
    norm(layer + 'attention.output.LayerNorm')
    dense(layer + 'intermediate.dense', F, C)
    dense(layer + 'output.dense', C, F)
    norm(layer + 'output.LayerNorm')
for before in ['bert.'] + [f'exits.{k}.' for k in EXITS]:
    head = before.removeprefix('bert.')
    dense(before + 'pooler.dense', C, C)
    dense(head + 'classifier', 3, C)
    dense(head + 'entity_classifier', 3, 2 * C, spread=0.12)

header, data = {'__metadata__': {'format': 'pt'}}, b''
for name, shape, values in tensors:
    begin = len(data)
    data += b''.join(struct.pack('<f', v)[2:] for v in values)  # BF16 is the upper half, here cut off
    header[name] = dict(dtype='BF16', shape=shape, data_offsets=[begin, len(data)])
text = json.dumps(header, separators=(',', ':')).encode()
text += b' ' * (-len(text) % 8)
config = dict(model_type='bert', vocab_size=len(vocab.split()), hidden_size=C, num_hidden_layers=LAYERS, num_attention_heads=2,
              intermediate_size=F, max_position_embeddings=POSITIONS, type_vocab_size=2, hidden_act='gelu', layer_norm_eps=1e-12,
              id2label=dict(enumerate(LABELS)), exit_layers=EXITS, exit_confidence=0.7)
folder = os.path.join(root, 'exits')
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, 'model.safetensors'), 'wb') as f:
    f.write(struct.pack('<Q', len(text)) + text + data)
with open(os.path.join(folder, 'config.json'), 'w') as f:
    f.write(json.dumps(config, indent=1) + '\n')
with open(os.path.join(folder, 'vocab.txt'), 'w') as f:
    f.write(vocab)

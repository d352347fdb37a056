#!/usr/bin/env python3
"""Makes tests/nlp/model/torch_bin/: random models in ProsusAI/finbert's layout, and what PyTorch says they answer.

usage: make_torch_bin.py DIR          needs: pip install torch transformers

DIR gets config.json (finbert's own keys and order of labels), vocab.txt, expected.jsonl (as make_tiny.py's), and one state dict, written
in the forms that are met:
  pytorch_model.bin   a zip, PyTorch 1.6 and later: its names, LongStorage position_ids and dense layers saved as it is there
  row.bin             pickles and storages in a row, before 1.6
  protocol4.bin       a zip whose pickle is of protocol 4, with Parameters, two tensors that share a storage, and F16
"""
import io, json, os, random, sys, zipfile, zlib

import torch
from transformers import BertConfig, BertForSequenceClassification

WORDS = '''[PAD] [UNK] [CLS] [SEP] apple samsung shares profit loss soars sinks rises falls on as the . , $ %'''.split()
LABELS = ['positive', 'negative', 'neutral']  # finbert's
NAMES = ['negative', 'neutral', 'positive']   # expected.jsonl's
SHAPE = dict(vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12,
             max_position_embeddings=16, type_vocab_size=2)


def same_bytes(path):
    """Zips get a random serialization id, which nobody reads."""
    with open(path, 'rb') as f:
        data = f.read()
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        for i in z.infolist():
            if i.filename.endswith('serialization_id'):
                old = z.read(i)
                data = data.replace(old, b'0' * len(old)).replace(i.CRC.to_bytes(4, 'little'), zlib.crc32(b'0' * len(old)).to_bytes(4, 'little'))
    with open(path, 'wb') as f:
        f.write(data)


def main(folder):
    torch.manual_seed(5)
    random.seed(6)
    os.makedirs(folder, exist_ok=True)
    model = BertForSequenceClassification(BertConfig(**SHAPE, hidden_act='gelu', layer_norm_eps=1e-12, num_labels=3)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_((p + 0.5 * torch.randn_like(p)).half().float())  # so that F16 says the same
    state = model.state_dict()
    state['bert.embeddings.position_ids'] = torch.arange(SHAPE['max_position_embeddings']).expand((1, -1))
    torch.save(state, os.path.join(folder, 'pytorch_model.bin'))
    torch.save(state, os.path.join(folder, 'row.bin'), _use_new_zipfile_serialization=False)
    other = {k: torch.nn.Parameter(v.half()) for k, v in model.state_dict().items() if not k.startswith('classifier')}
    head = torch.cat([torch.zeros(2), model.classifier.weight.data.flatten(), model.classifier.bias.data])
    other |= {'classifier.weight': head[2:26].view(3, 8), 'classifier.bias': head[26:]}
    torch.save(other, os.path.join(folder, 'protocol4.bin'), pickle_protocol=4)
    for name in ('pytorch_model.bin', 'protocol4.bin'):
        same_bytes(os.path.join(folder, name))

    config = {'architectures': ['BertForSequenceClassification'], 'attention_probs_dropout_prob': 0.1, 'gradient_checkpointing': False,
              'hidden_act': 'gelu', 'hidden_dropout_prob': 0.1, 'id2label': {str(i): l for i, l in enumerate(LABELS)},
              'initializer_range': 0.02, 'label2id': {l: i for i, l in enumerate(LABELS)}, 'layer_norm_eps': 1e-12,
              'model_type': 'bert', 'pad_token_id': 0, 'position_embedding_type': 'absolute', **SHAPE}
    with open(os.path.join(folder, 'config.json'), 'w') as f:
        f.write(json.dumps(config, indent=2, sort_keys=True) + '\n')
    with open(os.path.join(folder, 'vocab.txt'), 'w') as f:
        f.write('\n'.join(WORDS) + '\n')
    order = [LABELS.index(n) for n in NAMES]
    with open(os.path.join(folder, 'expected.jsonl'), 'w') as f, torch.no_grad():
        for n in (3, 4, 7, 11, 16):
            ids = [2] + [random.randrange(4, len(WORDS)) for _ in range(n - 2)] + [3]
            logits = model(input_ids=torch.tensor([ids])).logits[0][order].tolist()
            f.write(json.dumps(dict(ids=ids, mentions=[], item_logits=[round(x, 6) for x in logits], mention_logits=[])) + '\n')


main(sys.argv[1])

#!/usr/bin/env python3
"""Writes golden/{uncased,cased,stripped,plain}: a model folder's tokenizer files and tokens.jsonl, texts with the ids and offsets
that the Hugging Face library gives them.

usage: make_golden.py [DIR]        (needs: pip install tokenizers)

The vocabulary is our own: single characters of many scripts, and pieces of words that the texts use.
"""
import json
import os
import random
import sys
import unicodedata
from tokenizers import BertWordPieceTokenizer

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'golden')
KINDS = {  # name: do_lower_case, strip_accents, tokenize_chinese_chars
    'uncased': (True, None, True),
    'cased': (False, None, True),
    'stripped': (False, True, True),
    'plain': (True, False, False),
}
WORDS = '''the bank cuts its forecast ##s ##ed ##ing profit share rise ##n fall ##en apple samsung soar sink un ##afford ##able
Apple Samsung The Bank mu ##nch zu ##rich caf ##e na ##ive co ##ope ##ration usd EUR ##usd percent q1 ##q 20 ##26 ##000'''.split()
TEXTS = [
    '', ' ', '\t\n\r ', 'Apple soars as Samsung sinks', 'The bank cut its forecast by 20%, shares fell.',
    'unaffordable UNAFFORDABLE Unaffordably', '[CLS] is text, [SEP] is, [MASK] and [UNK] are too', '##s ## # a##b',
    'caf\u00e9 cafe\u0301 CAF\u00c9 na\u00efve nai\u0308ve', 'Z\u00fcrich M\u00fcnchen Stra\u00dfe \u1e9e \u0130stanbul \u0131',
    '\u039f\u03a3 \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u1fb3\u1fbc', '\u041c\u043e\u0441\u043a\u0432\u0430 \u0439 \u0451',
    '\u4e2d\u56fd\u94f6\u884cABC\u964d\u606f', '\u3400\U00020000\uf900\U0002f800\u3007', '\ud55c\uad6d\uc740\ud589 \uac00\uac01\u1100\u1161',
    '\u30c8\u30e8\u30bf \u30ac\u30d1 \uff76\uff9e \u3042\u3099', '\u0e18\u0e19\u0e32\u0e04\u0e32\u0e23 \u0939\u093f\u0928\u094d\u0926\u0940 \u0628\u064e\u0646\u0643 \u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd',
    'up\U0001f680\U0001f4c8 \U0001f1fa\U0001f1f8 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f',
    'a\u0000b a\u0007b a\ufffdb a\u00adb a\u200bb a\ufeffb a\ue000b a\U0010fffdb', 'a\u0378b a\U0003fffeb \uffff \U000e0001',
    'a\u00a0b\u2003c\u3000d\u2028e\u0085f\u000bg\u1680h', '$AAPL -5% +3.2bn \u20ac1,000 \u2013 \u201cquote\u201d \u2026 \u00bf\u00a7\u2030\u2605\u00ac',
    'x' * 100, 'x' * 101, '\u00e9' * 100, ('e\u0301' * 100) + ' ' + ('e\u0301' * 101), '\u4e2d' * 120, '\uac00' * 40,
    '\U0001d15e\u0301\u0323 \u1100\U0001d165\u0338 \u2260\u1dfb\u0316', 'q\u0307\u0323 \u0344\u0f73 \u0345a\u0334', '\u0301', '\u0301 a',
    'http://t.co/Ab1 @user #tag RT: foo_bar.baz', "it's 'quoted' e-mail co\u00f6p", '\u1e0a\u0323 \u212b \u2126 \u212a \u037e \u1fef \u2000',
    '\U00011938 \U0001e000 \u08d4 \u1b44\u0301', '\u0660\u0661 \u00bd \u2460 \u216b \u24b6', '\U00010400\U0001e900\u1c90\u13a0\uab70\u2c00',
]


def all_texts():
    rnd = random.Random(20261123)
    marks = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c))[0] == 'M']
    pools = [range(0x20, 0x7F), range(0xA0, 0x250), range(0x250, 0x3000), marks, range(0x1100, 0x11FF), range(0xAC00, 0xD7A4),
             range(0x4E00, 0x9FFF), range(0xE000, 0x10FFFF), [0x20], [0x1D15E, 0x1D165, 0x344, 0xF73, 0x338, 0x2260, 0x302E]]
    texts = list(TEXTS)
    for _ in range(160):
        mix = rnd.sample(pools, 3) + [pools[0], pools[8]]
        texts.append(''.join(chr(rnd.choice(rnd.choice(mix))) for _ in range(rnd.choice([4, 9, 25]))))
    return texts


def vocabulary(texts):
    singles = {c for t in texts for v in (t, unicodedata.normalize('NFD', t), t.lower(), unicodedata.normalize('NFD', t).lower())
               for c in v if not c.isspace() and c not in '\u0000\ufffd'}
    keep = [c for i, c in enumerate(sorted(singles)) if ord(c) < 0x250 or i % 4]
    out = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + WORDS
    for c in keep:
        out += [t for t in (c, '##' + c) if t not in out]
    return out


texts = all_texts()
vocab = vocabulary(texts)
for name, (lower, strip, chinese) in KINDS.items():
    folder = os.path.join(OUT, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(OUT, 'vocab.txt'), 'w', encoding='utf8', newline='\n') as f:
        f.writelines(t + '\n' for t in vocab)
    with open(os.path.join(folder, 'tokenizer_config.json'), 'w') as f:
        f.write(json.dumps(dict(do_lower_case=lower, strip_accents=strip, tokenize_chinese_chars=chinese)) + '\n')
    tok = BertWordPieceTokenizer(os.path.join(OUT, 'vocab.txt'), lowercase=lower, strip_accents=strip, handle_chinese_chars=chinese)
    tok._tokenizer.encode_special_tokens = True  # special tokens inside a text are ordinary text
    if not os.path.lexists(os.path.join(folder, 'vocab.txt')):
        os.symlink('../vocab.txt', os.path.join(folder, 'vocab.txt'))
    with open(os.path.join(folder, 'tokens.jsonl'), 'w') as f:
        for t in texts:
            e = tok.encode(t)
            f.write(json.dumps(dict(text=t, ids=e.ids, offsets=e.offsets)) + '\n')

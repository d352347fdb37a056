#!/usr/bin/env python3
"""Writes unicode_tables.h: what the Hugging Face fast BERT tokenizer does with each code point.

usage: make_unicode_tables.py > unicode_tables.h        (needs: pip install tokenizers)

The reference mixes Unicode versions: its categories (control, punctuation, Mn) are of an old Unicode version, its decompositions and
combining classes of a newer one, its lower case that of the Rust compiler it was built with. So every code point is asked of
the library itself; Python's own unicodedata only supplies the value of a combining class where the library shows there is one.
"""
import unicodedata
import tokenizers
from tokenizers import normalizers, pre_tokenizers

OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = normalizers.BertNormalizer(**{**OFF, 'clean_text': True}).normalize_str
chinese = normalizers.BertNormalizer(**{**OFF, 'handle_chinese_chars': True}).normalize_str
strip = normalizers.BertNormalizer(**{**OFF, 'strip_accents': True}).normalize_str
lower = normalizers.BertNormalizer(**{**OFF, 'lowercase': True}).normalize_str
nfd = normalizers.NFD().normalize_str
split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str

LOWEST, HIGHEST = '\u0334', '\u0345'  # combining classes 1 and 240: all others order themselves against one of them


def ranges(points):
    out = []
    for c in points:
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def lower_rules(pairs):
    """(first, last, stride, delta): stride 2 where upper and lower case alternate."""
    out = []
    for c, l in pairs:
        d = l - c
        if out and out[-1][3] == d:
            first, last, stride, _ = out[-1]
            step = c - last
            if step in (1, 2) and (first == last or step == stride):
                out[-1][1:3] = c, step
                continue
        out.append([c, c, 1, d])
    return out


def table(name, doc, rows, kind='tt_uni_range'):
    print(f'\n/* {doc} */\nstatic const struct {kind} {name}[] = {{')
    line = '\t'
    for r in rows:
        item = '{' + ','.join(hex(x) if i < 2 else str(x) for i, x in enumerate(r)) + '}, '
        if len(line) + len(item) > 104:
            print(line.rstrip())
            line = '\t'
        line += item
    print(line.rstrip() + '\n};')


sets = dict(dropped=[], space=[], chinese=[], nonspacing=[], punct=[], decomposed=[])
cases, classes = [], []
for c in range(0x110000):
    if 0xD800 <= c < 0xE000:
        continue
    ch = chr(c)
    cleaned, whole = clean(f'a{ch}b'), nfd(ch)
    if cleaned == 'ab':
        sets['dropped'].append(c)
    elif cleaned == 'a b':
        sets['space'].append(c)
    if chinese(ch) != ch:
        sets['chinese'].append(c)
    if whole != ch and not 0xAC00 <= c <= 0xD7A3:
        sets['decomposed'].append(c)
    if whole == ch and not strip(ch):
        sets['nonspacing'].append(c)
    if whole == ch and (nfd(HIGHEST + ch) != HIGHEST + ch or nfd(ch + LOWEST) != ch + LOWEST):
        classes.append((c, unicodedata.combining(ch)))
    if lower(ch) != ch and len(lower(ch)) == 1:
        cases.append((c, ord(lower(ch))))
    if [t for t, _ in split(f'a{ch}b')] == ['a', ch, 'b']:
        sets['punct'].append(c)
ccc = []
for c, v in classes:
    assert v > 0, hex(c)
    if ccc and ccc[-1][1] == c - 1 and ccc[-1][2] == v:
        ccc[-1][1] = c
    else:
        ccc.append([c, c, v])

print(f'''/* unicode_tables.h - made by make_unicode_tables.py from tokenizers {tokenizers.__version__}; not edited by hand.
 * Facts about code points as the Hugging Face fast BERT tokenizer sees them; unicode.c alone includes this. */
#include "nlp/token/unicode.h"

/* clang-format off */''')
table('dropped', 'Cleaning removes these: control, format, private use, U+FFFD.', ranges(sets['dropped']))
table('space', 'White space.', ranges(sets['space']))
table('chinese', 'Set apart as words of their own.', ranges(sets['chinese']))
table('nonspacing', 'Marks that go with the accents (category Mn).', ranges(sets['nonspacing']))
table('punct', 'Punctuation: ASCII signs and categories P*.', ranges(sets['punct']))
table('decomposed', 'Have a canonical decomposition that the reference knows; Hangul syllables apart.', ranges(sets['decomposed']))
table('combining', 'Canonical combining classes other than 0.', ccc, 'tt_uni_class_range')
table('lower', 'Lower case: every stride-th of first..last moves by delta. U+0130 apart: it becomes two.',
      lower_rules(cases), 'tt_uni_lower_range')

"""The texts of the measurement: headlines and long items, as TSV for ours and as token ids for the others.

Cleaned as nlp/token/clean.c does it and tokenized by the Hugging Face tokenizer, so that both sides read the same ids."""
import json, os, re

from tokenizers import BertWordPieceTokenizer

LABELS = ("negative", "neutral", "positive")
MAX_TOKENS, LONG_FROM, LONG_TO = 512, 300, 480
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def clean(text):
    return " ".join(ADDRESS.sub(" ", text).split())


def tokenizer(model):
    tok = BertWordPieceTokenizer(os.path.join(model, "vocab.txt"), lowercase=True)
    tok.enable_truncation(MAX_TOKENS)
    return tok


def of_entities(row):
    """A text without a label of its own has that of its entities, when they agree."""
    found = {e["label"] for e in row["entities"]}
    return found.pop() if len(found) == 1 else None


def read(path):
    """[(label or None, text)] of a file with TEXT or LABEL<TAB>TEXT a line, or JSON Lines of texts with labelled entities."""
    rows = []
    with open(path, encoding="utf8") as f:
        for line in f:
            if path.endswith(".jsonl"):
                row = json.loads(line)
                rows.append((of_entities(row), clean(row["text"])))
                continue
            label, tab, text = line.strip().partition("\t")
            rows.append((label, clean(text)) if tab and label in LABELS else (None, clean(line)))
    return [r for r in rows if r[1]]


def from_project(root):
    """Headlines that the project has itself: the demo's feeds and the stories of a test."""
    rows = []
    for name in sorted(os.listdir(os.path.join(root, "config/demo/feeds"))):
        with open(os.path.join(root, "config/demo/feeds", name), encoding="utf8") as f:
            rows += re.findall(r"<title>([^<]{20,})|\"title\": *\"([^\"]{20,})\"", f.read())
    rows = ["".join(r) for r in rows]
    with open(os.path.join(root, "tests/nlp/story/stories.txt"), encoding="utf8") as f:
        rows += [line.lstrip("~ ").split(" | ")[0] for line in f if not line.startswith("#")]
    return [(None, clean(r)) for r in rows if r.strip()]


def spread(rows, n):
    """n of the rows, evenly from first to last: files are often sorted."""
    return rows if len(rows) <= n else [rows[i * len(rows) // n] for i in range(n)]


def long_items(rows, tok, n):
    """n texts of LONG_FROM to LONG_TO tokens, made by joining rows; the lengths are spread over the range."""
    out, parts, at = [], [], 0
    while len(out) < n:
        parts.append(rows[at % len(rows)][1])
        at += 1
        tokens = len(tok.encode(" ".join(parts)).ids)
        if tokens > LONG_TO:
            parts = parts[-1:]
        elif tokens >= LONG_FROM + (LONG_TO - LONG_FROM) * (len(out) * 7 % 10) // 12:
            out.append((None, " ".join(parts)))
            parts = []
    return out


def write(rows, tok, path):
    """PATH.tsv for ours, PATH.json for the others. Returns what it wrote, for the record."""
    ids = [e.ids for e in tok.encode_batch([text for _, text in rows])]
    with open(path + ".tsv", "w", encoding="utf8") as f:
        f.writelines(f"{label}\t{text}\n" if label else f"{text}\n" for label, text in rows)
    with open(path + ".json", "w", encoding="utf8") as f:
        json.dump({"ids": ids, "labels": [label for label, _ in rows]}, f)
    return {"path": path, "texts": len(ids), "tokens": sum(map(len, ids)), "labelled": sum(bool(label) for label, _ in rows)}

#!/usr/bin/env python3
"""script/encoder_from_onnx.py: a small random BERT, written as exporters of ONNX do, comes back as a folder with the same numbers, which
`tickertone train` begins with; what is no BERT is refused, and nothing is written.

usage: test_encoder_from_onnx.py SCRIPT TICKERTONE"""
import array
import json
import os
import random
import subprocess
import sys
import tempfile

SCRIPT, TICKERTONE = sys.argv[1:]
C, F, LAYERS, POSITIONS = 8, 12, 2, 16
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "shares", "rise", "fall", "##s"]
random.seed(3)


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def message(*fields):
    """(number, bytes or int) of each field."""
    return b"".join(varint(n << 3 | (0 if isinstance(v, int) else 2)) + (varint(v) if isinstance(v, int) else varint(len(v)) + v)
                    for n, v in fields)


def numbers(*shape):
    n = 1
    for x in shape:
        n *= x
    return shape, array.array("f", [random.gauss(0, 0.5) for _ in range(n)])


def initializer(name, shape, values, is_packed):
    dims = [(1, b"".join(map(varint, shape)))] if is_packed else [(1, n) for n in shape]
    return 5, message(*dims, (2, 1), (8, name.encode()), (9, values.tobytes()))


def bert():
    """Tensors by their names in PyTorch, products' weights as PyTorch has them: (outputs, inputs)."""
    out = {}
    for name, rows in (("word", len(VOCABULARY)), ("position", POSITIONS), ("token_type", 2)):
        out[f"embeddings.{name}_embeddings.weight"] = numbers(rows, C)
    norms = ["embeddings.LayerNorm"]
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        norms += [layer + "attention.output.LayerNorm", layer + "output.LayerNorm"]
        for name, outputs, inputs in ([("attention.self." + x, C, C) for x in ("query", "key", "value")] +
                                      [("attention.output.dense", C, C), ("intermediate.dense", F, C), ("output.dense", C, F)]):
            out[layer + name + ".weight"], out[layer + name + ".bias"] = numbers(outputs, inputs), numbers(outputs)
    for name in norms:
        out[name + ".weight"], out[name + ".bias"] = numbers(C), numbers(C)
    return out


def onnx(tensors):
    fields = []
    for i, (name, (shape, values)) in enumerate(tensors.items()):
        if not (name.startswith("encoder.") and len(shape) == 2):
            fields.append(initializer(name, shape, values, i % 2))
            continue
        turned = array.array("f", [values[row * shape[1] + column] for column in range(shape[1]) for row in range(shape[0])])
        fields.append(initializer(f"onnx::MatMul_{i}", shape[::-1], turned, i % 2))
        path = name.removesuffix(".weight").replace(".attention.", "/attention/").replace(".self.", "/self/").replace(".output.dense", "/output/dense")
        path = path.replace("encoder.layer", "encoder/layer").replace(".intermediate", "/intermediate").replace("intermediate.", "intermediate/")
        path = path.replace("attention.", "attention/")
        fields.append((1, message((1, b"x"), (1, f"onnx::MatMul_{i}".encode()), (2, b"y"), (3, f"/{path}/MatMul".encode()), (4, b"MatMul"))))
    fields.append((1, message((1, b"y"), (1, b"z"), (2, b"w"), (3, b"/attention/scores"), (4, b"MatMul"))))  # no weights
    return message((1, 8), (7, message(*fields)))


def run(folder, model, tokenizer, status, text=""):
    paths = [os.path.join(folder, name) for name in ("model.onnx", "tokenizer.json", "out")]
    with open(paths[0], "wb") as f:
        f.write(model)
    with open(paths[1], "w", encoding="utf-8") as f:
        json.dump(tokenizer, f)
    done = subprocess.run([SCRIPT, *paths, "--heads", "2"], capture_output=True, text=True)
    assert done.returncode == status and text in done.stderr, (done.returncode, done.stderr)
    assert os.path.exists(paths[2]) == (status == 0), "a folder"
    return paths[2]


def check(folder, tensors):
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        head = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    assert head.keys() == tensors.keys(), head.keys() ^ tensors.keys()
    for name, (shape, values) in tensors.items():
        begin, end = head[name]["data_offsets"]
        assert tuple(head[name]["shape"]) == shape and data[begin:end] == values.tobytes(), name
    with open(os.path.join(folder, "vocab.txt"), encoding="utf-8") as f:
        assert f.read().split("\n") == VOCABULARY + [""]


def main():
    tensors, tokenizer = bert(), {"model": {"vocab": {x: i for i, x in enumerate(VOCABULARY)}}, "normalizer": {"lowercase": True}}
    model = onnx(tensors)
    with tempfile.TemporaryDirectory() as folder:
        run(folder, model[:-100], tokenizer, 1, "cut off")
        run(folder, b"\x08\x08", tokenizer, 1, "no 'embeddings.word_embeddings.weight'")
        run(folder, b"root:x:0:0", tokenizer, 1, "encoder_from_onnx: ")
        run(folder, onnx({k: v for k, v in tensors.items() if k != "encoder.layer.1.output.LayerNorm.bias"}), tokenizer, 1,
            "no 'encoder.layer.1.output.LayerNorm.bias'")
        run(folder, model, {"model": {"vocab": {"a": 5}}, "normalizer": {"lowercase": True}}, 1, "does not number its 1 pieces")
        encoder = run(folder, model, tokenizer, 0)
        check(encoder, tensors)
        rows = os.path.join(folder, "rows.tsv")
        with open(rows, "w", encoding="utf-8") as f:
            f.write("positive\tshares rise\nnegative\tshares fall\n")
        subprocess.run([TICKERTONE, "train", rows, "--model", encoder, "--out", os.path.join(folder, "model"), "--epochs", "1", "--quiet"],
                       check=True)
    print("ok")


main()

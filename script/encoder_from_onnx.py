#!/usr/bin/env python3
"""Makes a folder that `tickertone train` begins with of a BERT encoder that is published as ONNX only. Python alone, no packages.

usage: encoder_from_onnx.py MODEL.onnx TOKENIZER.json DIR --heads N

Exporters keep the names of embeddings, biases and LayerNorms, but call the weights of products anything ("onnx::MatMul_1234"), and turn
them: their names are those of the nodes that multiply with them ("/encoder/layer.0/attention/self/query/MatMul"). The number of heads is
nowhere in such a file. A file that is no BERT, or lacks a tensor, is refused, and nothing is written."""
import argparse
import array
import json
import os
import sys

FLOAT = 1  # onnx.TensorProto.DataType


def fail(text):
    sys.exit(f"encoder_from_onnx: {text}")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data, at, end):
    """(number, value) of each field of a message in Protocol Buffers' form: a number, or where its bytes begin and end."""
    while at < end:
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            n, at = varint(data, at)
            value, at = (at, at + n), at + n
        elif kind in (1, 5):
            value, at = None, at + (8 if kind == 1 else 4)
        else:
            fail(f"no ONNX: a field of kind {kind} at byte {at}")
        if at > end:
            fail("no ONNX, or cut off")
        yield key >> 3, value


def numbers(data, at, end):
    """A repeated number that is packed."""
    while at < end:
        value, at = varint(data, at)
        yield value


def read_tensor(data, where, text):
    shape, kind, name, raw = [], 0, "", None
    for field, v in fields(data, *where):
        if field == 1:
            shape += [v] if isinstance(v, int) else numbers(data, *v)
        elif field == 2:
            kind = v
        elif field == 8:
            name = text(v)
        elif field == 9:
            raw = v
    return name, (shape, kind, raw)


def read_graph(data):
    """Initializers, name: (shape, type, where), and products' weights, name of the initializer: name of the node."""
    tensors, products = {}, {}

    def text(where):
        return data[where[0]:where[1]].decode()

    for model_field, graph in fields(data, 0, len(data)):
        if model_field != 7:
            continue
        for field, where in fields(data, *graph):
            if field == 5:
                name, tensor = read_tensor(data, where, text)
                tensors[name] = tensor
            elif field == 1:
                parts = list(fields(data, *where))
                if "MatMul" in (text(v) for f, v in parts if f == 4):
                    inputs = [text(v) for f, v in parts if f == 1]
                    products[inputs[1]] = next(text(v) for f, v in parts if f == 3)
    return tensors, products


def floats(data, tensor, name):
    shape, kind, raw = tensor
    if kind != FLOAT or raw is None:
        fail(f"'{name}' is not kept as raw fp32")
    values = array.array("f", data[raw[0]:raw[1]])
    count = 1
    for n in shape:
        count *= n
    if count != len(values):
        fail(f"'{name}' has {len(values)} numbers for {shape}")
    return shape, values


def turned(shape, values):
    out = array.array("f")
    for column in range(shape[1]):
        out.extend(values[column::shape[1]])
    return shape[::-1], out


def weights_of(data):
    tensors, products = read_graph(data)
    out = {}
    for name, tensor in tensors.items():
        if name in products:
            node = products[name].strip("/").removesuffix("/MatMul").replace("/", ".")
            out[node + ".weight"] = turned(*floats(data, tensor, name))
        elif name.startswith(("embeddings.", "encoder.", "pooler.")) and tensor[1] == FLOAT:
            out[name] = floats(data, tensor, name)
    return out


def expected(layers):
    part = [f"embeddings.{x}" for x in ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight",
                                        "LayerNorm.weight", "LayerNorm.bias")]
    dense = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
             "output.dense", "attention.output.LayerNorm", "output.LayerNorm")
    return part + [f"encoder.layer.{i}.{x}.{y}" for i in range(layers) for x in dense for y in ("weight", "bias")]


def write_safetensors(path, weights):
    head, at = {}, 0
    for name, (shape, values) in weights.items():
        n = len(values) * 4
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + n]}
        at += n
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for _, values in weights.values():
            values.tofile(f)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "tokenizer", "dir"):
        p.add_argument(name)
    p.add_argument("--heads", type=int, required=True)
    a = p.parse_args()
    try:
        with open(a.model, "rb") as f:
            data = f.read()
        weights = weights_of(data)
        with open(a.tokenizer, encoding="utf-8") as f:
            tokenizer = json.load(f)
        pieces = sorted(tokenizer["model"]["vocab"].items(), key=lambda entry: entry[1])
        lower_case = tokenizer["normalizer"]["lowercase"]
    except (OSError, ValueError, IndexError, KeyError, TypeError, StopIteration) as e:
        fail(f"'{a.model}' or '{a.tokenizer}' is no BERT: {e!r}")
    layers = 0
    while f"encoder.layer.{layers}.output.dense.weight" in weights:
        layers += 1
    missing = [name for name in expected(max(layers, 1)) if name not in weights]
    if missing:
        fail(f"'{a.model}' is no BERT: no '{missing[0]}'")
    (vocabulary, hidden), (positions, _) = (weights[f"embeddings.{x}_embeddings.weight"][0] for x in ("word", "position"))
    if [i for _, i in pieces] != list(range(len(pieces))) or len(pieces) > vocabulary:
        fail(f"'{a.tokenizer}' does not number its {len(pieces)} pieces from 0 to at most {vocabulary - 1}")
    config = {"architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": hidden,
              "intermediate_size": weights["encoder.layer.0.intermediate.dense.weight"][0][0], "layer_norm_eps": 1e-12,
              "max_position_embeddings": positions, "model_type": "bert", "num_attention_heads": a.heads, "num_hidden_layers": layers,
              "pad_token_id": 0, "position_embedding_type": "absolute",
              "type_vocab_size": weights["embeddings.token_type_embeddings.weight"][0][0], "vocab_size": vocabulary}
    os.makedirs(a.dir, exist_ok=True)
    write_safetensors(os.path.join(a.dir, "model.safetensors"), weights)
    with open(os.path.join(a.dir, "vocab.txt"), "w", encoding="utf-8") as f:
        f.writelines(piece + "\n" for piece, _ in pieces)
    for name, value in (("tokenizer_config.json", {"do_lower_case": lower_case, "tokenizer_class": "BertTokenizer"}),
                        ("config.json", config)):
        with open(os.path.join(a.dir, name), "w", encoding="utf-8") as f:
            json.dump(value, f, indent=2)


main()

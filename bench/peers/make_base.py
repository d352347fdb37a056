#!/usr/bin/env python3
"""A BERT-base classifier (12 layers, hidden 768, 110 million parameters) with random weights, as a Hugging Face folder: for
measuring speed, where only shapes and ordinary magnitudes matter.

usage: make_base.py MODEL_DIR OUT_DIR      MODEL_DIR: whose vocabulary and labels it takes"""
import json, os, shutil, sys

import numpy as np
from safetensors.numpy import save_file

LAYERS, HIDDEN, HEADS, INNER, POSITIONS, SEED = 12, 768, 12, 3072, 512, 7


def tensors(vocab, labels):
    """Weights as BERT is initialised before training (normal, 0.02); LayerNorm and biases near 1 and 0, but not exactly."""
    random = np.random.default_rng(SEED)

    def normal(*shape, mean=0.0, scale=0.02):
        return (mean + scale * random.standard_normal(shape, dtype=np.float32)).astype(np.float16)

    def linear(name, rows, columns):
        return {f"{name}.weight": normal(rows, columns), f"{name}.bias": normal(rows)}

    def norm(name):
        return {f"{name}.weight": normal(HIDDEN, mean=1.0, scale=0.1), f"{name}.bias": normal(HIDDEN)}

    out = {}
    for name, rows in (("word", vocab), ("position", POSITIONS), ("token_type", 2)):
        out[f"bert.embeddings.{name}_embeddings.weight"] = normal(rows, HIDDEN)
    out |= norm("bert.embeddings.LayerNorm")
    for i in range(LAYERS):
        layer = f"bert.encoder.layer.{i}"
        for part in ("query", "key", "value"):
            out |= linear(f"{layer}.attention.self.{part}", HIDDEN, HIDDEN)
        out |= linear(f"{layer}.attention.output.dense", HIDDEN, HIDDEN) | norm(f"{layer}.attention.output.LayerNorm")
        out |= linear(f"{layer}.intermediate.dense", INNER, HIDDEN)
        out |= linear(f"{layer}.output.dense", HIDDEN, INNER) | norm(f"{layer}.output.LayerNorm")
    return out | linear("bert.pooler.dense", HIDDEN, HIDDEN) | linear("classifier", labels, HIDDEN)


def main(source, out):
    with open(os.path.join(source, "config.json"), encoding="utf8") as f:
        config = json.load(f)
    config |= dict(hidden_size=HIDDEN, intermediate_size=INNER, num_attention_heads=HEADS, num_hidden_layers=LAYERS,
                   max_position_embeddings=POSITIONS)
    os.makedirs(out, exist_ok=True)
    for name in ("vocab.txt", "tokenizer_config.json"):
        if os.path.exists(os.path.join(source, name)):
            shutil.copy(os.path.join(source, name), out)
    with open(os.path.join(out, "config.json"), "w", encoding="utf8") as f:
        json.dump(config, f, indent=1)
    part = os.path.join(out, "model.safetensors.part")  # so that a run that was stopped leaves no half file
    save_file(tensors(config["vocab_size"], len(config["id2label"])), part, metadata={"format": "pt"})
    os.replace(part, os.path.join(out, "model.safetensors"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

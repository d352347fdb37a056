#!/usr/bin/env python3
"""Makes what the engines read from a Hugging Face folder: ONNX plain, fused and quantized, OpenVINO int8, CTranslate2.

usage: export.py MODEL_DIR FILES_DIR CALIBRATION.json ENGINE...      what is there already is left as it is"""
import json, os, sys

import numpy as np
import torch
from batches import padded
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

CALIBRATION_TEXTS = 100


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask):
        return self.model(input_ids=ids, attention_mask=mask).logits


def plain(model, out):
    network = Logits(BertForSequenceClassification.from_pretrained(model, attn_implementation="eager").eval().float())
    example = torch.ones(2, 16, dtype=torch.long)
    names = ["input_ids", "attention_mask"]
    torch.onnx.export(network, (example, example), out, input_names=names, output_names=["logits"], opset_version=17, dynamo=False,
                      dynamic_axes={n: {0: "texts", 1: "tokens"} for n in names})


def fused(model, source, out):
    from onnxruntime.transformers import optimizer
    config = BertConfig.from_pretrained(model)
    graph = optimizer.optimize_model(source, model_type="bert", num_heads=config.num_attention_heads,
                                     hidden_size=config.hidden_size, opt_level=0)
    graph.save_model_to_file(out)


def fused_int8(source, out):
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(source, out, weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})


def openvino_int8(source, texts, out):
    import nncf
    import openvino
    with open(texts, encoding="utf8") as f:
        ids = json.load(f)["ids"][:CALIBRATION_TEXTS]
    data = nncf.Dataset([dict(zip(("input_ids", "attention_mask"), padded([i]))) for i in ids])
    model = nncf.quantize(openvino.Core().read_model(source), data, model_type=nncf.ModelType.TRANSFORMER,
                          subset_size=CALIBRATION_TEXTS)
    openvino.save_model(model, out, compress_to_fp16=False)


def ctranslate2(model, kind, folder, out):
    import ctranslate2
    if not os.path.exists(folder):  # the converter wants a bare encoder and a tokenizer beside it
        BertForSequenceClassification.from_pretrained(model).float().bert.save_pretrained(folder)
        BertTokenizerFast(os.path.join(model, "vocab.txt")).save_pretrained(folder)
    if not hasattr(BertConfig, "position_embedding_type"):  # gone from transformers 5, asked for by the converter
        BertConfig.position_embedding_type = "absolute"
    ctranslate2.converters.TransformersConverter(folder).convert(out, quantization=kind)


def main(model, files, texts, *engines):
    def path(name):
        return os.path.join(files, name)

    steps = [
        ("onnxruntime openvino", "plain.onnx", lambda out: plain(model, out)),
        ("onnxruntime", "fused.onnx", lambda out: fused(model, path("plain.onnx"), out)),
        ("onnxruntime", "fused-int8.onnx", lambda out: fused_int8(path("fused.onnx"), out)),
        ("openvino", "openvino-int8.xml", lambda out: openvino_int8(path("plain.onnx"), texts, out)),
        ("ctranslate2", "ct2-float32", lambda out: ctranslate2(model, "float32", path("bare"), out)),
        ("ctranslate2", "ct2-int8", lambda out: ctranslate2(model, "int8", path("bare"), out)),
    ]
    os.makedirs(files, exist_ok=True)
    for users, name, make in steps:
        if not os.path.exists(path(name)) and set(users.split()) & set(engines):
            try:
                make(path(name))
            except Exception as e:  # one engine that fails must not take the others along; its worker will miss the file
                print(f"export: {name}: {type(e).__name__}: {e}"[:300], file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    np.random.seed(0)
    main(*sys.argv[1:])

"""OpenVINO: fp32; bf16 where the processor has it; int8 is NNCF's post-training quantization, calibrated with headlines."""
import os

import openvino
from batches import padded

VERSION = openvino.__version__.split("-")[0]
PRECISIONS = {"fp32": ("plain.onnx", "f32"), "bf16": ("plain.onnx", "bf16"), "int8": ("openvino-int8.xml", "f32")}


class Engine:
    def __init__(self, model, files, precision, threads):
        name, hint = PRECISIONS[precision]
        core = openvino.Core()
        if hint == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise RuntimeError("this processor has no bf16")
        compiled = core.compile_model(os.path.join(files, name), "CPU", {
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": hint})
        self.request = compiled.create_infer_request()

    prepare = staticmethod(padded)

    def run(self, batch):
        return self.request.infer({"input_ids": batch[0], "attention_mask": batch[1]})[0].copy()

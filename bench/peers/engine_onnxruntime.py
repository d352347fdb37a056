"""ONNX Runtime: the graph fused by its own optimizer for BERT; int8 is its dynamic quantization, per channel."""
import os

import onnxruntime
from batches import padded

VERSION = onnxruntime.__version__
PRECISIONS = {"fp32": "fused.onnx", "int8": "fused-int8.onnx"}


class Engine:
    def __init__(self, model, files, precision, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(os.path.join(files, PRECISIONS[precision]), options,
                                                    providers=["CPUExecutionProvider"])

    prepare = staticmethod(padded)

    def run(self, batch):
        return self.session.run(None, {"input_ids": batch[0], "attention_mask": batch[1]})[0]

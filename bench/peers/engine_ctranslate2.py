"""CTranslate2: the encoder with its pooler; the classifier's head is one small product, done here. It batches lists of ids itself."""
import os

import ctranslate2
import numpy as np
from safetensors.numpy import load_file

VERSION = ctranslate2.__version__
PRECISIONS = {"fp32": "float32", "int8": "int8"}


class Engine:
    def __init__(self, model, files, precision, threads):
        kind = PRECISIONS[precision]
        self.encoder = ctranslate2.Encoder(os.path.join(files, "ct2-" + kind), device="cpu", compute_type=kind, inter_threads=1,
                                           intra_threads=threads)
        weights = load_file(os.path.join(model, "model.safetensors"))
        self.weight = weights["classifier.weight"].astype(np.float32).T.copy()
        self.bias = weights["classifier.bias"].astype(np.float32)

    @staticmethod
    def prepare(ids):
        return ids

    def run(self, batch):
        return np.array(self.encoder.forward_batch(batch).pooler_output) @ self.weight + self.bias

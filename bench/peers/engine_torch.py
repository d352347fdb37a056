"""PyTorch through transformers, eager mode with its fused attention; int8 is dynamic quantization of the linear layers."""
import torch
from batches import padded
from transformers import BertForSequenceClassification

VERSION = torch.__version__.split("+")[0]
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "int8": torch.qint8}


class Engine:
    def __init__(self, model, files, precision, threads):
        kind = PRECISIONS[precision]
        if precision == "bf16" and not torch.cpu._is_avx512_bf16_supported():
            raise RuntimeError("this processor has no bf16")
        self.threads = threads
        self.model = BertForSequenceClassification.from_pretrained(model, attn_implementation="sdpa").eval()
        self.model = self.model.to(torch.float32 if precision == "int8" else kind)
        if precision == "int8":
            self.model = torch.ao.quantization.quantize_dynamic(self.model, {torch.nn.Linear}, dtype=kind)

    @staticmethod
    def prepare(ids):
        return [torch.from_numpy(x) for x in padded(ids)]

    def run(self, batch):
        torch.set_num_threads(self.threads)
        with torch.inference_mode():
            return self.model(input_ids=batch[0], attention_mask=batch[1]).logits.float().numpy()

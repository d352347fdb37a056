#!/usr/bin/env python3
"""Makes tests/nlp/model/golden/default.jsonl: what PyTorch, in fp32, answers with the model that tickertone comes with. To be made anew
with every new default model, and never edited: tests/nlp/model/test_golden_sentiment.c holds the scorer against it.

usage: make_golden.py                  in the checkout; needs: pip install torch transformers safetensors

Texts are clean as the scorer makes them. Logits are divided by config.json's temperatures, as the scorer's are. An entity's vector is
[CLS]'s last hidden state and the mean of those of the tokens that overlap it."""
import json
import os

import torch
from safetensors.torch import load_file
from transformers import BertForSequenceClassification, BertTokenizerFast

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../../config/models/minilm-finance")
TEXTS = [  # "[name]" is an entity
    "[Apple] beats estimates while [Samsung] warns of a weaker quarter",
    "[Deutsche Bank] cuts 3,500 jobs as trading revenue slumps 27%",
    "$TSLA - [Tesla] price target raised to $310 at [Morgan Stanley]",
    "[Reliance] gains, [ONGC] falls as crude oil slips below $60",
    "UPDATE 2-[Wirecard] shares tumble after auditor refuses to sign off accounts",
    "The board of directors proposes that a dividend of EUR 0.42 per share be paid for 2024.",
    "[Nokia]'s net sales rose to EUR 6.2 bn from EUR 5.9 bn a year earlier.",
    "We downgrade [Intel] to Sell; [AMD] remains our top pick, PT $180",
    "[Boeing] wins $4.7B order from [Emirates]; deliveries begin in 2027",
    "[Société Générale] confirms talks over the sale of its Zürich unit",
    "Sensex ends flat; [HDFC Bank] top gainer, [Infosys] top loser",
    "Gold steady as traders await the Fed's decision",
    "$SPY what a day!!! 🚀🚀",
    "[Rolls-Royce] swings to profit, lifts full-year guidance",
    "[Evergrande] misses coupon payment, trading in its shares halted",
    "The company said that it had appointed Maria Keller as chief financial officer with effect from 1 March.",
    "[Pfizer] recalls one lot of its blood pressure drug",
    "FTC sues to block [Kroger]'s $25 billion purchase of [Albertsons]",
    "[Toyota] output recovers in May, still 12% below last year",
    "crude inventories build by 4.1 mln barrels vs 1.2 mln expected",
    "[Ryanair] sees no impact of the strike on its traffic forecast",
    "[Netflix] adds 9.3 million subscribers, twice what analysts had forecast",
    "S&P cuts [Ford] to junk",
    "Earnings call transcript: [Maersk] Q3 2024",
    "[三菱商事] 純利益が増加",
    "[BASF] will gas sparen",
    "Is [Palantir] stock a buy now?",
    "Turkish lira hits record low against the dollar; [Garanti] bonds slide",
    "[GE] completes spin-off of [GE Vernova]",
    "Operating loss narrowed to $12.4 million from $88.0 million, helped by lower freight costs at [Wayfair].",
    "[Vodafone Idea] rallies 11% on tariff hike, [Bharti Airtel] hits 52-week high, while [Tata Communications] slips",
    "No.",
]


def parse(text):
    entities, plain = [], ""
    while "[" in text:
        before, rest = text.split("[", 1)
        name, text = rest.split("]", 1)
        plain += before
        entities.append({"start": len(plain), "end": len(plain) + len(name)})
        plain += name
    return plain + text, entities


def printed(logits):
    return [round(x, 6) for x in logits.tolist()]


def answer(text, entities, model, tokenizer, head, config):
    x = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = x.pop("offset_mapping")[0].tolist()
    out = model(**x, output_hidden_states=True)
    hidden = out.hidden_states[-1][0]
    row = {"text": text, "item_logits": printed(out.logits[0] / config.get("temperature", 1))}
    for e in entities:
        at = [i for i, (a, b) in enumerate(offsets) if a < e["end"] and b > e["start"]]
        vector = torch.cat([hidden[0], hidden[at].mean(0)])
        e["logits"] = printed((head[0] @ vector + head[1]) / config.get("entity_temperature", 1))
    return row | {"entities": entities}


@torch.no_grad()
def main():
    tensors = load_file(os.path.join(MODEL, "model.safetensors"))
    head = [tensors["entity_classifier." + x].float() for x in ("weight", "bias")]
    with open(os.path.join(MODEL, "config.json"), encoding="utf-8") as f:
        config = json.load(f)
    model = BertForSequenceClassification.from_pretrained(MODEL, dtype=torch.float32).eval()
    tokenizer = BertTokenizerFast.from_pretrained(MODEL)
    with open(os.path.join(HERE, "golden/default.jsonl"), "w", encoding="utf-8") as f:
        for text in TEXTS:
            f.write(json.dumps(answer(*parse(text), model, tokenizer, head, config), ensure_ascii=False) + "\n")


main()

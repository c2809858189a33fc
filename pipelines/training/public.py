"""Public corpora as training texts: what maps cleanly onto the default taxonomy, and sentiment of posts."""

import csv
import json
import random
from collections import defaultdict
from pathlib import Path

from nlp.segmentation import sentences
from pipelines.corpora import located

BANKING = {
    "card_arrival": "order_status",
    "card_delivery_estimate": "order_status",
    "declined_card_payment": "payment_failure",
    "declined_transfer": "payment_failure",
    "top_up_failed": "payment_failure",
    "failed_transfer": "payment_failure",
    "edit_personal_details": "account_update",
    "passcode_forgotten": "account_access",
    "compromised_card": "account_security",
    "transaction_charged_twice": "billing_dispute",
    "card_payment_fee_charged": "billing_dispute",
    "extra_charge_on_statement": "billing_dispute",
    "request_refund": "refund_request",
    "Refund_not_showing_up": "refund_status",
    "terminate_account": "account_closure",
    "unable_to_verify_identity": "account_registration",
    "verify_my_identity": "account_registration",
    "activate_my_card": "setup_help",
    "apple_pay_or_google_pay": "product_information",
    "country_support": "product_availability",
    "exchange_charge": "pricing_question",
}
CLINC = {
    "greeting": "none",
    "goodbye": "none",
    "thank_you": "none",
    "yes": "none",
    "no": "none",
    "maybe": "none",
    "tell_joke": "none",
    "lost_luggage": "delivery_problem",
    "report_fraud": "account_security",
    "card_declined": "payment_failure",
    "order_status": "order_status",
    "application_status": "order_status",
    "book_flight": "order_placement",
    "book_hotel": "order_placement",
    "cancel_reservation": "order_change",
    "account_blocked": "account_access",
}
MULTIDOGO = {
    "contentonly": "none",
    "confirmation": "none",
    "openinggreeting": "none",
    "rejection": "none",
    "thankyou": "none",
    "closinggreeting": "none",
    "updateaddress": "account_update",
    "reportbrokenphone": "product_defect",
    "reportbrokensoftware": "technical_fault",
    "checkserverstatus": "service_outage",
    "disputecharge": "billing_dispute",
    "checkclaimstatus": "order_status",
    "closeaccount": "account_closure",
    "viewbillsintent": "invoice_request",
    "getproofofinsurance": "invoice_request",
    "bookflight": "order_placement",
}
MOST = 25
"""Texts taken of one public label: enough to help, too few to drown the authored ones."""


def intents(corpora: Path, *, seed: int) -> list[tuple[str, str]]:
    """(text, intent) of the training parts of Banking77, CLINC150 and MultiDoGO, at most MOST a label."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    with (located("banking77", corpora) / "train.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            texts["banking", row["category"]].append(row["text"])
    for text, label in json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))["train"]:
        texts["clinc", label].append(text)
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        for line in path.read_text("utf-8").split("\n")[1:]:
            cells = line.split("\t")
            if len(cells) >= 6:
                texts["multidogo", cells[5]].append(cells[3])
    maps = {"banking": BANKING, "clinc": CLINC, "multidogo": MULTIDOGO}
    draw = random.Random(seed)
    return [
        (text, maps[corpus][label])
        for (corpus, label), found in sorted(texts.items())
        if label in maps[corpus]
        for text in draw.sample(sorted(set(found)), min(MOST, len(set(found))))
    ]


def outside(corpora: Path) -> list[str]:
    """CLINC150's questions for training that ask for nothing a company supports."""
    data = json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))
    return [text for text, _ in data["oos_train"]]


def sentiments(corpora: Path, *, test: bool = False, year: str = "") -> list[tuple[str, str]]:
    """(text, class) of SemEval-2017 task 4 A: 2016test where `test`, else all the rest, or the `year`'s, without texts
    of the test."""
    folder = located("semeval2017", corpora)
    held_out = _tweets(folder / "twitter-2016test-A.txt")
    if test:
        return list(held_out.items())
    rest: dict[str, str] = {}
    for path in sorted([*folder.glob(f"*-{year}*-A.txt"), *folder.glob(f"*-{year}*-A.tsv")]):
        rest |= _tweets(path)
    return [(text, label) for text, label in rest.items() if text not in held_out]


def films(corpora: Path, *, test: bool = False) -> list[tuple[str, str]]:
    """(sentence, negative or positive) of SST-2: its development part where `test`, else the training part, which
    holds the parts of its sentences too."""
    with (located("sst2", corpora) / ("dev.tsv" if test else "train.tsv")).open(encoding="utf-8", newline="") as file:
        (_, *rows) = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(text.strip(), "positive" if label == "1" else "negative") for label, text in rows]


def plain(corpora: Path) -> list[str]:
    """Support texts without a label: sentences of complaints to a bureau, and posts of customers to companies."""
    with (located("cfpb", corpora) / "complaints_sample.csv").open(encoding="utf-8", newline="") as file:
        stories = [row["Consumer complaint narrative"] for row in csv.DictReader(file)]
    talks = json.loads((located("twitter_care", corpora) / "conversations.json").read_text("utf-8"))
    said = [turn["message"] for talk in talks for turn in talk["dialogContent"] if "client" in turn]
    told = [story[start:end].strip() for story in stories for start, end in sentences(story)]
    return sorted({text for text in told + said if len(text.split()) > 2})


def _tweets(path: Path) -> dict[str, str]:
    rows = [line.split("\t") for line in path.read_text("utf-8").split("\n")]
    return {
        _unescaped(row[2]): row[1] for row in rows if len(row) >= 3 and row[1] in ("negative", "neutral", "positive")
    }


def _unescaped(text: str) -> str:
    r"""The files write \u2019 and \" as JSON does."""
    try:
        return str(json.loads('"' + text.strip('"').replace('"', '\\"').replace("\\\\", "\\") + '"', strict=False))
    except json.JSONDecodeError:
        return text

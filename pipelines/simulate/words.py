"""Words for what is said: authored texts of the same intent and stage, varied as people vary what they write."""

import json
from collections import defaultdict
from pathlib import Path
from random import Random

from nlp.errors import BadInput
from pipelines.simulate.lives import Said
from pipelines.simulate.world import PROBLEMS, World

POOL = 40
"""Texts that one problem of a world is told in."""
OPENINGS = (
    *[""] * 6,
    "Hi,",
    "Hello there.",
    "Good morning,",
    "hey",
    "Hi team,",
    "To whom it may concern,",
    "So.",
    "Right,",
    "ok so",
    "Me again.",
    "Evening all,",
)
CLOSINGS = (
    *[""] * 7,
    "Thanks.",
    "Please let me know.",
    "Cheers",
    "Many thanks in advance",
    "thx",
    "Waiting to hear from you.",
    "Regards, a customer",
)
ANSWERS = (
    "Thank you for writing to us, let me have a look at that for you.",
    "I can see your account here. One moment, please.",
    "I have passed this on to the people who can sort it out.",
    "We are on it and will write to you as soon as there is news.",
    "I have made a note of that on your file.",
    "Could you tell me when you first noticed it?",
    "That should be done within two working days.",
    "Is there anything else I can do for you today?",
)
AFTERWARDS = ("Okay.", "Fine, I will wait.", "Right, thank you.", "If you say so.", "Alright then.", "Got it.")
Turn = tuple[str, str]
"""Who speaks (customer or agent), and what."""


class Words:
    def __init__(self, world: World, corpus: Path) -> None:
        """`corpus`: folder of authored JSON lines. Raises BadInput where it lacks a problem's intent."""
        known: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._threats: list[str] = []
        for file in sorted(corpus.glob("*.jsonl")):
            for line in file.read_text("utf-8").split("\n"):
                if line:
                    row = json.loads(line)
                    known[row["intent"]].append(row)
                    if row["leaving"] and row["intent"] == "service_complaint":
                        self._threats.append(row["text"])
        if missing := sorted({p.intent for p in PROBLEMS} - known.keys()):
            raise BadInput(f"{corpus}: no authored text of the intent {missing[0]!r}")
        rng = Random(f"words {world.seed}")
        self._pools = {
            (n, stage): _pool(rng, known[problem.intent], stage, problem.hurt)
            for n, problem in enumerate(PROBLEMS)
            for stage in problem.stages
        }

    def turns(self, rng: Random, said: Said) -> list[Turn]:
        """What a contact is made of: one to four turns, the customer's first."""
        text = rng.choice(self._pools[said.problem, said.stage])
        parts = [rng.choice(OPENINGS), text, rng.choice(self._threats) if said.leaving else "", rng.choice(CLOSINGS)]
        turns = [("customer", _typed(rng, " ".join(part for part in parts if part)))]
        if rng.random() < 0.7:
            turns.append(("agent", rng.choice(ANSWERS)))
            if rng.random() < 0.4:
                turns += [("customer", rng.choice(AFTERWARDS)), ("agent", rng.choice(ANSWERS))]
        return turns


def _pool(rng: Random, rows: list[dict[str, str]], stage: str, hurt: float) -> list[str]:
    """Texts of that stage and, where it hurts, of ill feeling: the nearest there are."""
    rows = [row for row in rows if row["stage"] == stage] or rows
    if hurt >= 40:
        rows = [row for row in rows if row["sentiment"] == "negative"] or rows
    texts = [row["text"] for row in rows]
    return rng.sample(texts, min(POOL, len(texts)))


def _typed(rng: Random, text: str) -> str:
    """With a hand's slips, now and then: two letters swapped, no capitals, no full stop."""
    if rng.random() < 0.15 and len(text) > 20:
        at = rng.randrange(5, len(text) - 5)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if rng.random() < 0.15:
        text = text.lower()
    return text.rstrip(".") if rng.random() < 0.2 else text

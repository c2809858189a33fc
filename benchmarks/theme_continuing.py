"""Themes over a simulated year: how many ids live on, and how good themes stay, where known ones go on and where not.

The texts are of domains that the encoder was not tuned on, those that may choose. Each intent's texts come in over the
months; a quarter of the intents begin late. No text is written.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from benchmarks.heading import heading
from benchmarks.theme_grain import SEED, Texts, orders_of, small_talk
from benchmarks.themes import agreement
from nlp.encoder import Floats, OnnxEncoder
from nlp.themes import continuing
from nlp.themes.assign import nearest
from nlp.themes.discover import discover, settled
from nlp.themes.matching import Known, match
from pipelines.settings import ROOT, Settings
from pipelines.training.curriculum import CLINC_UNSEEN, clinc

MONTHS, LATE, FEWEST = 12, 0.25, 12
"""Refits; the share of intents that begin between the fourth and the tenth month; the fewest texts of an intent."""
TOLD = 8
"""Texts of a late intent from which it counts as there to be found."""
YEARS = (1, 2)
RESULT = ROOT / "benchmarks" / "results" / "theme-continuing.md"


class Month(NamedTuple):
    """All that is there at the end of a month, with its intents ("" for none), the intents that began late, and the
    centroids that a discovery without known themes gives."""

    rows: Floats
    intents: Sequence[str]
    late: frozenset[str]
    anew: Floats


class Way(NamedTuple):
    """New, kept: the two figures of `continuing.py`; None where nothing goes on."""

    name: str
    new: float | None
    kept: float


WAYS = (
    Way("each discovery anew", None, 1.0),
    Way("**Frictionary**", continuing.NEW, continuing.KEPT),
    *(
        Way(f"new from {new}, kept from {kept}", new, kept)
        for new, kept in product((0.25, 0.35), (0.95, 1.0, 1.05))
        if (new, kept) != (continuing.NEW, continuing.KEPT)
    ),
)


def year(texts: Texts, encoder: OnnxEncoder, draw: random.Random) -> list[Month]:
    of: defaultdict[str, list[str]] = defaultdict(list)
    for text, intent in texts:
        of[intent].append(text)
    named = sorted(intent for intent in of if intent)
    late = frozenset(draw.sample(named, int(LATE * len(named))))
    came: list[list[tuple[str, str]]] = [[] for _ in range(MONTHS)]
    for intent in sorted(of):
        own, begins = sorted(of[intent]), draw.randint(3, 9) if intent in late else 0
        for text in draw.sample(own, draw.randint(min(len(own), max(FEWEST, len(own) // 6)), len(own))):
            came[draw.randint(begins, MONTHS - 1)].append((text, intent))
    found: list[Month] = []
    for n in range(MONTHS):
        there = [row for part in came[: n + 1] for row in part]
        rows = encoder.encode([text for text, _ in there])
        centres = discover(rows, cohesion=encoder.cohesion, mapped=False).centroids
        found.append(Month(rows, [intent for _, intent in there], late, centres))
    return found


def lived(months: Sequence[Month], way: Way) -> Iterator[tuple[float | None, float, set[str]]]:
    """Of each month: the share of ids that live on, the mean of ACC, NMI and ARI, the late intents with a theme."""
    continuing.NEW, continuing.KEPT = way.new or 0.0, way.kept
    known, given = Known((), np.zeros((0, months[0].rows.shape[1]), np.float32), {}), 0
    for month in months:
        centres = month.anew
        if way.new is not None:
            centres = continuing.continued(month.rows, centres, known.centroids, settled)
        places, segments = nearest(month.rows, centres)[0], list(map(str, range(len(month.rows))))
        kept = match(known, segments, places.tolist(), centres).kept
        ids = [kept[n][0] if n in kept else f"t{given + n}" for n in range(len(centres))]
        told = [n for n, intent in enumerate(month.intents) if intent]
        good = float(np.mean(list(agreement([month.intents[n] for n in told], places[told]).values())))
        yield len(kept) / len(known.ids) if known.ids else None, good, own_themes(month, places)
        given += len(centres)
        known = Known(tuple(ids), centres, {s: ids[p] for s, p in zip(segments, places.tolist(), strict=True)})


def own_themes(month: Month, places: np.ndarray) -> set[str]:
    """The late intents that are the most of a theme, which holds the most of them."""
    found, intents = set(), np.array(month.intents)
    for intent in month.late:
        own = places[intents == intent]
        if len(own) >= TOLD:
            best = np.bincount(own).argmax()
            mostly = (own == best).sum() >= len(own) / 2
            if mostly and (own == best).sum() >= (places[intents != ""] == best).sum() / 2:
                found.add(intent)
    return found


def line(way: Way, years: Sequence[list[Month]]) -> str:
    of = [list(lived(months, way)) for months in years]
    share = 100 * float(np.mean([s for told in of for s, _, _ in told if s is not None]))
    mean, last = float(np.mean([g for told in of for _, g, _ in told])), float(np.mean([told[-1][1] for told in of]))
    there = [{i for i in m[-1].late if m[-1].intents.count(i) >= TOLD} for m in years]
    found = sum(len(set().union(*(f for _, _, f in told)) & own) for told, own in zip(of, there, strict=True))
    return f"{share:.0f} % | {mean:.1f} | {last:.1f} | {found} of {sum(map(len, there))}"


def main() -> None:
    corpora = Settings.from_environment().corpora
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=1)
    sets = {
        "three domains of CLINC150": clinc(corpora, CLINC_UNSEEN),
        "MultiDoGO with small talk": small_talk(corpora, random.Random(SEED), orders_of(corpora, random.Random(SEED))),
    }
    built, lines = (continuing.NEW, continuing.KEPT), []
    for name, texts in sets.items():
        years = [year(texts, encoder, random.Random(seed)) for seed in YEARS]
        for way in WAYS:
            lines.append(f"| {name} | {way.name} | {line(way, years)} |")
            print(lines[-1], flush=True)
    RESULT.write_text(
        f"""{heading("Themes that go on", command="python -m benchmarks.theme_continuing", seed=SEED)}
Encoder {encoder.version}. {len(YEARS)} simulated years of {MONTHS} refits each: every intent's texts come in over the
months, a quarter of the intents begin late. *Live on*: mean share of the themes known before a refit that keep their
id. *Good*: the mean of ACC, NMI and ARI in percent, over all months and of the last. *Late*: intents that begin late,
are there with {TOLD} texts, and are told as a theme of their own by the end. Chosen by this table: a found theme is new
from a mean silhouette of {built[0]} against the nearest known one; known themes go on with {built[1]} of the
distinctness of what is found anew.

| texts | way | live on | good | last | late |
|---|---|---|---|---|---|
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()

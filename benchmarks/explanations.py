"""Explanations on the gold set: what a score loses without the words shown, against as many others, and their time."""

import random
from time import process_time

import numpy as np

from benchmarks.heading import heading
from nlp.conversation import Segment
from nlp.explanations import left_out, phrases
from nlp.metrics import Interval, interval
from nlp.redaction import redact
from pipelines.annotate import Annotator
from pipelines.evaluate import gold
from pipelines.explain import explanation, scores
from pipelines.settings import ROOT, Settings

SEED = 7
EACH = 10
"""Every so manieth text of gold."""
DRAWS = 3
RESULT = ROOT / "benchmarks" / "results" / "explanations.md"
NOTES = """
*Shown*: by how much the probability of the intent, or of the class of sentiment, falls when all words of an explanation
are left out together; *as many others*: when as many phrases drawn at random are; each with its 95 % interval over
texts. *More*: the share of texts in which the words shown count for more. Times are processor time of one thread, with
one pass over the same text beside them.
"""


def main() -> None:
    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy, threads=1)
    texts = [redact(row.text)[0] for row in gold(ROOT / "corpora" / "gold")[::EACH]]
    draw, times = random.Random(SEED), []
    falls: dict[str, list[tuple[float, float]]] = {"intent": [], "sentiment": []}
    for text in texts:
        began = process_time()
        (signal,) = annotator.signals([Segment("gold", 0, 0, len(text))], [text])[0]
        once = process_time() - began
        began = process_time()
        told = explanation(annotator, signal, text)
        times.append((len(text.split()), once, process_time() - began))
        for name, carried in told.items():
            if carried:
                places = [(c["start"], c["end"]) for c in carried]
                number = sum(len(phrases(text[start:end])) for start, end in places)
                others = [draw.sample(phrases(text), number) for _ in range(DRAWS)]
                asked = [text, *(left_out(text, some) for some in (places, *others))]
                found = scores(annotator, signal, [name])(asked)[:, 0]
                falls[name].append((found[0] - found[1], found[0] - found[2:].mean()))
    lines = [heading("Explanations", command="python -m benchmarks.explanations", seed=SEED)]
    lines += [f"Models {annotator.version}. {len(texts)} texts.", NOTES]
    lines += ["| of | texts | shown | as many others | more |", "|---|---|---|---|---|"]
    for name, pairs in falls.items():
        shown, others = np.array(pairs).T
        figures = [f"{i.value:.3f} ({i.low:.3f} to {i.high:.3f})" for i in _intervals(shown, others)]
        lines.append(f"| {name} | {len(pairs)} | {' | '.join(figures)} | {(shown > others).mean():.2f} |")
    lines += [
        "",
        "| words | texts | one pass, ms | explanation, ms (median) | 95th percentile |",
        "|---|---|---|---|---|",
    ]
    for least, most in ((1, 20), (20, 35), (35, 45), (45, 70), (70, 1000)):
        own = np.array([(once, why) for words, once, why in times if least <= words < most]) * 1000
        if len(own):
            figures = [
                f"{np.median(own[:, 0]):.1f}",
                f"{np.median(own[:, 1]):.1f}",
                f"{np.percentile(own[:, 1], 95):.1f}",
            ]
            lines.append(f"| {least} to {most - 1} | {len(own)} | {' | '.join(figures)} |")
    RESULT.write_text("\n".join(lines) + "\n")
    print(RESULT.read_text())


def _intervals(*columns: np.ndarray) -> list[Interval]:
    return [found for column in columns if (found := interval(np.mean, column, seed=SEED))]


if __name__ == "__main__":
    main()

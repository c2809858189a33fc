"""What fewer words cost: the shipped encoder with only those parts of words that its training texts hold often enough.

A word whose part is left out is spelt by shorter parts; single characters stay. Nothing is learnt anew.
"""

import json
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from tokenizers import Tokenizer

from benchmarks.designs import accuracies, feelings, film, shown
from benchmarks.heading import heading
from benchmarks.own_taxonomy import Rows, banking, drawn
from nlp.encoder import Encoder, OnnxEncoder
from nlp.metrics import Interval, interval
from pipelines.settings import ROOT, Settings
from pipelines.training import curriculum, public
from pipelines.training.authored import authored, split

SEED, EXAMPLES = 7, 10
LEAST = (0, 1, 2, 5, 20, 100)
"""How often training texts hold a part that is kept."""
SOURCE = ROOT / "models" / "encoder"
RESULT = ROOT / "benchmarks" / "results" / "vocabulary.md"


def trimmed(counts: Counter[int], least: int, into: Path) -> tuple[OnnxEncoder, int]:
    """The encoder with the parts counted `least` times, and how many those are. Parts that are left out keep their row,
    under a name that no text yields."""
    shutil.copytree(SOURCE, into)
    words = json.loads((SOURCE / "tokenizer.json").read_text("utf-8"))
    special = {token["id"] for token in words["added_tokens"]}
    vocabulary: dict[str, int] = words["model"]["vocab"]
    kept = {
        part
        for part, number in vocabulary.items()
        if number in special or len(part.removeprefix("##")) == 1 or counts[number] >= least
    }
    named = {part if part in kept else f"\x01{number}": number for part, number in vocabulary.items()}
    words["model"]["vocab"] = named
    (into / "tokenizer.json").write_text(json.dumps(words), "utf-8")
    return OnnxEncoder(into, threads=2), len(kept)


def few(encoder: Encoder, rows: Rows) -> Interval | None:
    """Accuracy of a softmax regression with EXAMPLES an intent, drawn from the rows, on the others."""
    from sklearn.linear_model import LogisticRegression

    given = drawn(rows, EXAMPLES, SEED)
    learnt = dict(given)
    asked = [(text, label) for text, label in rows if text not in learnt]
    model = LogisticRegression(C=30.0, max_iter=300).fit(encoder.encode(list(learnt)), list(learnt.values()))
    guess = model.predict(encoder.encode([text for text, _ in asked]))
    return interval(np.mean, guess == np.array([label for _, label in asked]), seed=SEED)


def main() -> None:
    corpora = Settings.from_environment().corpora
    words = Tokenizer.from_file(str(SOURCE / "tokenizer.json"))
    every = curriculum.Round(posts=1, films=1, clinc=1, multidogo=1, own=1, plain=1, stay=0)
    texts = [ids for lesson in curriculum.lessons(corpora, words, every, seed=SEED) for ids in lesson.task.tokens]
    counts, questions = Counter(number for ids in texts for number in ids), banking(corpora, "train")
    gold, (_, held) = authored(ROOT / "corpora/gold"), split(authored(ROOT / "corpora/training"))
    posts, reviews = public.sentiments(corpora, test=True), public.films(corpora, test=True)
    felt = [[(row["text"], row["sentiment"]) for row in held], posts]
    width, lines = OnnxEncoder(SOURCE).dimension, list[str]()
    for least in LEAST:
        with TemporaryDirectory() as folder:
            encoder, kept = trimmed(counts, least, Path(folder) / "encoder")
            figures = [*accuracies(encoder, ("intent",), gold), few(encoder, questions)]
            figures += [*feelings(encoder, felt), film(encoder, reviews)]
        smaller = (words.get_vocab_size() - kept) * width / 1e6
        lines.append(f"| {least} | {kept:,} | {smaller:.1f} | {' | '.join(map(shown, figures))} |")
        print(lines[-1], flush=True)
    RESULT.write_text(
        f"""{heading("What fewer words cost", command="python -m benchmarks.vocabulary", seed=SEED)}
Encoder {OnnxEncoder(SOURCE).version}: only the parts of words that its {len(texts):,} training texts hold so often, and
single characters. A row of the table of words is {width} bytes, and reading it takes the same time however many there
are: files and memory get smaller, nothing faster. Percent, with 95 % intervals over resampled texts. Intents:
accuracy of a softmax regression on the embedding, learnt from the authored texts, on {len(held)} held-out ones and on
gold; of Banking77, which no training text is of, learnt from {EXAMPLES} an intent of its training part, on the rest of
that part. Feeling: macro-recall on the held-out texts and on SemEval 2016test; films: accuracy on SST-2's development
part.

| held at least | parts kept | MB less | intent: held out | gold | Banking77 | feeling: held out | SemEval | films |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(lines)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()

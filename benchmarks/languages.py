"""Languages of short texts: ours against the libraries that are installed, and English taken for something else."""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from nlp.language import LANGUAGES, detect, supported
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "languages.md"
CHOSEN = 5
"""Of each language and kind, the first so many probes chose the library and its threshold; the others report."""
Detector = Callable[[str], str]


def probes() -> list[dict[str, Any]]:
    """Each with `half`: "choice" or "report"."""
    rows = [json.loads(line) for line in (ROOT / "corpora/probes/languages.jsonl").read_text("utf-8").splitlines()]
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        group = (row["kind"], row["language"] if row["kind"] == "plain" else "")
        seen[group] += 1
        row["half"] = "choice" if seen[group] <= CHOSEN else "report"
    return rows


def english(corpora: Path) -> list[str]:
    with (located("banking77", corpora) / "test.csv").open(encoding="utf-8") as file:
        found = [row["text"] for row in csv.DictReader(file)]
    data = json.loads((located("clinc150", corpora) / "data_full.json").read_text("utf-8"))
    return found + [text for text, _ in data["test"]]


def detectors() -> Iterator[tuple[str, Detector]]:
    yield "ours: letters, plain English words, py3langid", detect
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    yield "py3langid, our languages", lambda text: str(identifier.classify(text)[0])
    yield from _optional()


def _optional() -> Iterator[tuple[str, Detector]]:
    try:
        from eld import LanguageDetector
    except ImportError:
        pass
    else:
        eld = LanguageDetector()
        eld.dynamic_lang_subset(list(LANGUAGES))
        yield "eld, our languages", lambda text: eld.detect(text).language or "und"
    try:
        from lingua import IsoCode639_1, LanguageDetectorBuilder
    except ImportError:
        return
    codes = [getattr(IsoCode639_1, "NB" if code == "no" else code.upper()) for code in LANGUAGES]
    lingua = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()

    def by_lingua(text: str) -> str:
        found = lingua.detect_language_of(text)
        return found.iso_code_639_1.name.lower().replace("nb", "no") if found else "und"

    yield "lingua, our languages", by_lingua


def row(name: str, found: Detector, texts: Sequence[str]) -> str:
    known = [r | {"found": found(r["text"])} for r in probes() if r["half"] == "report"]
    foreign = [r for r in known if r["language"] != "en"]
    own = [r for r in known if r["language"] == "en"]
    right = sum(r["found"] == r["language"] for r in known)
    told = sum(not supported(r["found"], ["en"]) for r in foreign)
    wrong = sum(not supported(r["found"], ["en"]) for r in own)
    start = time.process_time()
    taken = sum(not supported(found(text), ["en"]) for text in texts)
    cost = 1e6 * (time.process_time() - start) / len(texts)
    return (
        f"| {name} | {right} of {len(known)} | {told} of {len(foreign)} | {wrong} of {len(own)} "
        f"| {taken} of {len(texts)} | {cost:.0f} |"
    )


def main() -> None:
    texts = english(Settings.from_environment().corpora)
    rows = [row(name, found, texts) for name, found in detectors()]
    RESULT.write_text(
        f"""{heading("Languages of short texts", command="python -m benchmarks.languages")}
Probes: `corpora/probes/languages.jsonl`, authored; the half that took no part in any choice. English texts: the tests
of Banking77 and CLINC150. Peers that are not installed are left out (`pip install eld lingua-language-detector`).

| detector | language right | foreign told | English probes called foreign | English texts called foreign | µs a text |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""
    )
    print(RESULT.read_text())


if __name__ == "__main__":
    main()

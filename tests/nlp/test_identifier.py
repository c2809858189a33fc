"""The language of words, by py3langid's model in less memory."""

import json
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlp.identifier import Identifier
from nlp.language import LANGUAGES

PROBES = Path(__file__).parents[2] / "corpora" / "probes" / "languages.jsonl"


def test_it_says_what_the_class_of_the_library_says() -> None:
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    theirs.set_languages(list(LANGUAGES))
    ours = Identifier(list(LANGUAGES))
    texts = [json.loads(line)["text"] for line in PROBES.read_text("utf-8").splitlines()]
    for text in [*texts, *map(str.upper, texts), " ".join(texts), "", "\u0001", "a\ud800"]:
        code, probability = theirs.classify(text)
        assert ours(text) == (code, pytest.approx(probability, abs=1e-6))


def test_a_language_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="tlh"):
        Identifier(["en", "tlh"])

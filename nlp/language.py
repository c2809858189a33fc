"""Which language a text is in."""

import re
from functools import cache
from importlib import import_module
from typing import Any

UNKNOWN = "und"
LANGUAGES = re.findall(r"\w+", "ar cs da de el en es fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh")
"""What can be told: the languages that support is mostly asked for in. The fewer, the surer on short texts."""
LETTERS = 12
"""Fewer letters than this say too little, unless their script alone decides."""
SURE = 0.5
ENOUGH = 300
ENGLISH = frozenset(
    re.findall(r"\w+", "the and to is it my i you of for that was have not with this are on but me your we be a in")
)
PLAIN = 0.3
"""From this share of plain English words on a text is English: most texts are, and this costs a tenth of the model."""
_NOT_WORDS = re.compile(r"<[A-Z_]+>|https?://\S+|www\.\S+|[@#]\w+|\S+@\S+|&\w+;|[^\w\s'’]|[\d_]")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)


def detect(text: str) -> str:
    """BCP-47 code of the main language, "und" where the text is too short, holds no words or fits several.

    Placeholders, handles, hashtags, links and marks are left out; the first 300 characters of the others decide.
    """
    found = _NOT_WORDS.sub(" ", text[: 4 * ENOUGH]).split()
    if len(found) > 3 and sum(word.lower() in ENGLISH for word in found) >= PLAIN * len(found):
        return "en"
    words = " ".join(found)[:ENOUGH]
    if not words:
        return UNKNOWN
    for code, script in () if words.isascii() else _SCRIPTS:
        if len(script.findall(words)) * 3 > len(words):
            return code
    if len(words) < LETTERS:
        return UNKNOWN
    code, confidence = _identifier().classify(words)
    return str(code) if confidence >= SURE else UNKNOWN


@cache
def _identifier() -> Any:
    """py3langid's, loaded once, on first use (about a second); scores over LANGUAGES sum to 1."""
    langid = import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier

"""Which language a text is in, and whether it holds words at all."""

import re
from collections.abc import Collection

from nlp.identifier import Identifier
from nlp.once import once

UNKNOWN = "und"
LANGUAGES = dict(
    re.findall(
        r"(\w+) (\w+)",
        "ar Arabic cs Czech da Danish de German el Greek en English es Spanish fi Finnish fr French he Hebrew hi Hindi "
        "hu Hungarian id Indonesian it Italian ja Japanese ko Korean nl Dutch no Norwegian pl Polish pt Portuguese "
        "ro Romanian ru Russian sv Swedish th Thai tr Turkish uk Ukrainian vi Vietnamese zh Chinese",
    )
)
"""What can be told: the languages that support is mostly asked for in. The fewer, the surer on short texts."""
LETTERS = 12
"""Fewer Latin letters than this say too little."""
SURE = 0.45
"""Under this probability a language is not told; chosen on one half of corpora/probes/languages.jsonl."""
ENOUGH = 300
READ = 20_000
"""Characters of a text in which words are looked for."""
LONGEST = 40
"""Letters of a word; a longer run of Latin letters is a key, a blob or a cry."""
ENGLISH = frozenset(
    re.findall(r"\w+", "the and to is it my i you of for that was have not with this are on but me your we be a in")
)
PLAIN = 0.3
"""From this share of plain English words on a text is English: most texts are, and this costs a tenth of the model."""
_NOT_WORDS = re.compile(
    rf"[a-zA-Z0-9+/=_-]{{{LONGEST + 1},}}|<[A-Z_]+>|https?://\S+|www\.\S+|[@#]\w+|(?<!\S)\S+@\S+|&\w+;"
    r"|\x1b\[[0-?]*[@-~]|[^\w\s'’]|[\d_]"  # the first: how terminals are told of colours
)
_MARKED = re.compile(r"[<@#&/\x1b]|www\.|\S{41}")
"""What _NOT_WORDS takes for more than marks and digits, or may."""
_LETTERS = bytes(n if chr(n).isalpha() or n in b"'" else 32 for n in range(128)) + bytes(128)
_PLAIN_WORD = re.compile(rf"(?:^|[\s\"'(])[a-zA-Z]{{1,{LONGEST}}}(?=[\s.,!?;')\"]|$)")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґІЇЄҐ]"), re.compile("[ыэъёЫЭЪЁ]")


def detect(text: str) -> str:
    """BCP-47 code of the main language, "und" where the text is too short, holds no words or fits several.

    Placeholders, handles, hashtags, links and marks are left out; the first 300 characters of the others decide.
    """
    found = _found(text[: 4 * ENOUGH])
    words = " ".join(found)[:ENOUGH]
    if not words:
        return UNKNOWN
    latin = words.isascii()
    if latin and len(found) > 3 and sum(map(ENGLISH.__contains__, map(str.lower, found))) >= PLAIN * len(found):
        return "en"
    if not latin and (code := _by_script(words)):
        return code
    if latin and len(words) < LETTERS:
        return UNKNOWN
    code, probability = _identifier()(_without_names(found))
    return code if probability >= SURE else UNKNOWN


def supported(code: str, languages: Collection[str]) -> bool:
    """Whether models that know `languages` read this one; a text too short to tell is taken for theirs."""
    return code == UNKNOWN or code in languages


def wordless(text: str) -> bool:
    """Whether no word is said: blank, marks, digits, emoji, links, placeholders, a run of letters without end."""
    if _PLAIN_WORD.search(text, 0, READ):
        return False
    words = _NOT_WORDS.sub(" ", text[:READ]).split()
    return not any((len(w) <= LONGEST or not w.isascii()) and any(map(str.isalpha, w)) for w in words)


def _found(text: str) -> list[str]:
    """The words. Most texts are plain, and a table is ten times as fast as a pattern."""
    if text.isascii() and not _MARKED.search(text):
        return text.encode("ascii").translate(_LETTERS).decode("ascii").split()
    return _NOT_WORDS.sub(" ", text).split()


def _by_script(words: str) -> str | None:
    """The language that the letters alone tell, where a third of them do."""
    for code, script in _SCRIPTS:
        if len(script.findall(words)) * 3 > len(words):
            return code
    ukrainian, russian = bool(_UKRAINIAN.search(words)), bool(_RUSSIAN.search(words))
    return ("uk" if ukrainian else "ru") if ukrainian != russian else None


def _without_names(found: list[str]) -> str:
    """Names of people and places tell no language: words with a capital are left out, where three others remain."""
    plain = [word for n, word in enumerate(found) if n == 0 or not word[0].isupper()]
    return " ".join(plain if len(plain) >= 3 else found)[:ENOUGH]


@once
def _identifier() -> Identifier:
    return Identifier(list(LANGUAGES))

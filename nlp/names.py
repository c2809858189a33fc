"""Masks the names of people: named-entity recognition, guarded, and names that are known beforehand."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from nlp import english
from nlp.ordinary import ordinary, places
from nlp.people import named, people

UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
PLACEHOLDER = "<NAME>"
PIECE = 2000
Span = tuple[int, int]


_WORD = re.compile(r"[^\W\d_][\w'’]*(?:-[^\W\d_]\w*)*\.?")
_NAME = re.compile(r"[^\W\d_a-z](?:\.|[\w'’]*[^\W\d_A-Z][\w'’]*)(?:-[^\W\d_]\w*)*")
_BEFORE = re.compile(r"(?<![\w@#<&'’.-])([^\W\d_a-z][^\W\d_A-Z][\w'’]*) $")
_LINE = re.compile(r"[^\n]+")
_DOTS = str.maketrans("\u0130\u0131", "ii")
_GREETINGS = "hi|hello|hey|dear|morning|afternoon|evening|hiya|thanks|thank you|cheers|ta|regards|wishes|sincerely"
_STATED = re.compile(
    r"\b(?:my (?:full )?name(?:'s|’s|s| is)|(?:the )?name on the (?:account|order|booking) is|you(?:'re| are) speaking "
    r"(?:to|with)|mi nombre es|me llamo|je m'appelle|mein name ist) +"
    r"(?!x{2,}\b)([^\W\d_][\w'’-]+"
    r"(?: (?!(?:and|i|it|the|on|with|from|but|my|last|order|calling|here|is|y|und|et|ssn|password|"
    r"account|card|phone|address|booking|policy)\b)[^\W\d_][\w'’-]+(?=[\s.,!?]|$))?)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:^|\n)[ \t]*(?:(?:kind(?:est)?|best|warm(?:est)?|many)? ?(?:regards|wishes|thanks)|thanks?(?: you)?(?: again)?|"
    r"cheers|yours(?: \w+)?|sincerely|best|love|respectfully)[ \t]*[,.!\-–—]*\s*\n?[ \t]*"
    r"((?:[A-Z][\w'’.-]*[ \t]?){1,4})(?=[ \t]*(?:[,\n(]|$))",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Herr|Frau|Señora?)\.? ((?:[A-Z]\.? )?[A-Z][\w'’]+(?:-[A-Z]\w+)?)")
_GREETED = re.compile(
    r"(?:^|[.!?\n>]\s*)(?:Hi|Hello|Hey|Dear|Hiya|Good (?:morning|afternoon|evening)) ([A-Z][\w'’]+)(?=[,.!]|\s*\n|\s*$)"
)
_PRESENTED = re.compile(
    r"\b(?i:it's|this is|i'?m|i am) ([A-Z][\w'’]+(?: [A-Z][\w'’-]+)?)(?= (?:from|in|at|here|calling|again)\b)"
)
_DETERMINED = re.compile(
    r"(?:\b(?:my|your|our|the|an?|his|their|this|that|any|each|every|old|new|using|via|on)\s+|\S)$", re.I
)
_THING = re.compile(
    r"\s*(?:accounts?|apps?|devices?|servers?|updates?|support|transfers?|banks?|company|inc|llc|ltd|cards?|credit|"
    r"services?|store|finance|mortgage|loans?|lending|funding|recovery|firm|lets|house|version|users?|team|department|installer|os|pro|plus|premium)\b",
    re.I,
)


class Names:
    """A masker of names: call it with texts, in one batch, and get them back with `<NAME>` for each person.

    Titles stay ("Mrs <NAME>"), places and product words that the model takes for people are left alone.
    """

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._places = places()

    @classmethod
    def load(cls) -> "Names":
        """Load the first model of `nlp/english.py` that is installed: some seconds, once. Raises MissingDependency."""
        return cls(english.load(purpose="masking names (FRICTIONARY_NAMES)", exclude=UNUSED))

    def __call__(self, texts: Sequence[str], *, keep: Iterable[str] = ()) -> list[str]:
        """The texts with names masked; `keep` are names that stay, such as the company's own."""
        found = zip(texts, self.spans(texts), strict=True)
        return [mask(text, spared(text, spans, keep=keep)) for text, spans in found]

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Characters [start, end) of the names in each text, in order, without overlaps."""
        found: list[list[Span]] = [[*_patterns(text), *people(text)] for text in texts]
        pieces = [(n, start, piece) for n, text in enumerate(texts) for start, piece in _pieces(text)]
        documents = self._pipeline.pipe((_encodable(piece) for _, _, piece in pieces), batch_size=128)
        for (n, start, piece), document in zip(pieces, documents, strict=True):
            for entity in document.ents:
                if entity.label_ == "PERSON":
                    span = self._person(piece, entity.start_char, entity.end_char)
                    found[n] += [(start + span[0], start + span[1])] if span else []
        return [apart(_whole(text, span) for span in spans) for text, spans in zip(texts, found, strict=True)]

    def _person(self, text: str, start: int, end: int) -> Span | None:
        """What of an entity is a name: its capitalised words, without title and greeting; None where it is none."""
        words = [(start + m.start(), start + m.end(), m.group()) for m in _WORD.finditer(text[start:end])]
        while words and ordinary(words[0][2]):
            words.pop(0)
        kept: list[tuple[int, int, str]] = []
        for word in words:
            if not _NAME.fullmatch(word[2]) or ordinary(word[2]):
                break
            kept.append(word)
        if not kept:
            return None
        first, last = kept[0][0], kept[-1][1]
        name = text[first:last]
        if re.search(r"\d", text[max(0, first - 2) : first] + text[last : last + 2]) or len(name) < 3:
            return None
        if _DETERMINED.search(text[max(0, first - 12) : first]) or _THING.match(text[last : last + 15]):
            return None
        if name.lower() in self._places and not _greeted(text[:first]):
            return None
        if not named(text, first, last):
            return None
        return first, last - (kept[-1][2].endswith(".") and len(kept[-1][2]) > 2)


def _whole(text: str, span: Span) -> Span:
    """With the capitalised words right before, which a finder may have left out: "Femi" of "Femi Laurent"."""
    start, end = span
    while (before := _BEFORE.search(text[max(0, start - 30) : start])) and not ordinary(before[1]):
        start -= len(before[0])
    return start, end


def mask(text: str, spans: Iterable[Span], *, place: Callable[[str], str] = lambda _name: PLACEHOLDER) -> str:
    """The text with `<NAME>`, or what `place` says, in place of each span; spans are in order and do not overlap."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], place(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def spared(text: str, spans: Iterable[Span], *, keep: Iterable[str]) -> list[Span]:
    """The spans but those that name something to keep: "Acme" and "Acme Ltd" where "Acme" or "@AcmeHelp" is kept."""
    spans = list(spans)
    if not spans:
        return spans
    kept = [word for word in _split(keep) if len(word) > 3]

    def same(word: str) -> bool:
        return len(word) > 3 and any(word.startswith(other) or other.startswith(word) for other in kept)

    return [span for span in spans if not any(same(word) for word in _split([text[slice(*span)]]))]


def known(names: Iterable[str]) -> Callable[[str], list[Span]]:
    """A finder of people known by name, as whole words.

    "Ada Lovelace" is found in any case, "Ada" and "Lovelace" capitalised, "LOVELACE" too.
    """
    whole: set[str] = set()
    parts: set[str] = set()
    for name in names:
        words = [word for word in _WORD.findall(name) if not ordinary(word)]
        words = [word for word in words if len(word) > 2 and _NAME.fullmatch(word)]
        whole |= {" ".join(words)} if len(words) > 1 else set()
        parts |= {*words, *(word.upper() for word in words if len(word) > 3)}
    if not parts:
        return lambda text: []
    told = {_folded(part) for part in parts}

    def find(text: str) -> list[Span]:
        plain = _folded(text)  # most texts name nobody, and a pattern costs more to make than to search
        if not any(part in plain for part in told):
            return []
        pattern = re.compile(rf"(?<![\w@#<])(?:(?i:{_either(whole)})|{_either(parts)})(?![\w@>])")
        return [match.span() for match in pattern.finditer(text)]

    return find


def _folded(text: str) -> str:
    """Alike for all that `re.IGNORECASE` takes for the same."""
    return text.lower() if text.isascii() else text.translate(_DOTS).casefold()


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) or "(?!)"


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order; of overlapping spans their union."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _split(names: Iterable[str]) -> list[str]:
    return [word.lower() for name in names for word in re.findall(r"\w+", name)]


def _encodable(text: str) -> str:
    """Halves of characters, which no encoder takes, as "?": offsets stay."""
    return text.encode("utf-8", "replace").decode()


def _greeted(before: str) -> bool:
    return bool(re.search(rf"\b(?:{_GREETINGS}|mr|mrs|ms|miss|dr|name is|i'm|i am)[\s,.]*$", before[-30:], re.I))


def _patterns(text: str) -> list[Span]:
    rules = (_STATED, _TITLED, _GREETED, _PRESENTED)
    found = [match.span(match.lastindex or 0) for rule in rules for match in rule.finditer(text)]
    found += [(match.start(1), match.start(1) + len(match.group(1).rstrip(" \t."))) for match in _SIGNED.finditer(text)]
    stated = {match.span(1) for match in _STATED.finditer(text)}  # said to be a name: in lower case, too
    return [span for span in found if span in stated or _capitalised(text[slice(*span)])]


def _capitalised(name: str) -> bool:
    words = name.split()
    return bool(words) and all(_NAME.fullmatch(word) and not ordinary(word) for word in words)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Lines, long ones in parts, that hold a capitalised word which may be a name: only those go through the model."""
    for line in _LINE.finditer(text):
        start, end = line.span()
        while start < end:
            stop = end if end - start <= PIECE else text.rfind(" ", start + 1, start + PIECE) + 1 or start + PIECE
            piece = text[start:stop]
            if any(not ordinary(word.group()) for word in _NAME.finditer(piece)):
                yield start, piece
            start = stop

"""What a text must hold for a pattern to match in it."""

import re
from random import Random
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from nlp.redaction import cued, handles, patterns, spoken
from nlp.redaction.needed import fewest_digits, folded, needed, outline, outlined
from nlp.redaction.rule import Rule, applied, plain, rules

RULES = [
    rule
    for room in (cued, handles, patterns, spoken)
    for value in vars(room).values()
    if isinstance(value, tuple) and value and isinstance(value[0], Rule)
    for rule in value
]


@pytest.mark.parametrize(
    ("pattern", "strings"),
    [
        (r"(?:pin|otp) \d{4}", (("otp 0000", "pin 0000"),)),
        (r"sort ?code", (("sortcode", "sort code"),)),
        (r"\d{2,3}-\d{2}", (("00-00",), ("00",))),
        (r"a(?:bb?|c)d?", (("ab", "ac"),)),
        (r"a(?:b+|c)d?", (("a",), ("b", "c"))),
        (r"(?<!x)(?=y)Key\b", (("key",),)),
        (r"\w+@[\w-]+\.com", ((".com",), ("@",))),
        (r"\s*\d|x", ()),
        (r"[^a]*(?:b|.)", ()),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, strings: tuple[tuple[str, ...], ...]) -> None:
    assert needed(re.compile(pattern)) == strings


@pytest.mark.parametrize(
    ("pattern", "digits"), [(r"\d{3}-?[0-9]{2}", 5), (r"(?:\d\d|\d{4})x", 2), (r"(?:a\d){3}\d*[a-f\d]", 3), (r"007", 3)]
)
def test_a_pattern_tells_how_many_digits_it_takes(pattern: str, digits: int) -> None:
    assert fewest_digits(re.compile(pattern)) == digits


def test_a_folded_text_is_alike_for_all_that_a_pattern_takes_for_the_same() -> None:
    assert folded("PIN 4821") == "pin 0000"
    assert folded("\u0130ban \u0664\u0665 \u017fort \u212aey") == "iban 00 sort key"


def test_an_outlined_text_tells_only_how_letters_and_digits_meet() -> None:
    assert outlined(folded("PIN AB12, caf\u00e9")) == "aaa aa00, aaa?"


@pytest.mark.parametrize(
    ("pattern", "strings"),
    [
        (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}", ("aa00",)),
        (r"[A-CEGH]\d[A-Z\d]? \d[a-z]", ("a0 0a", "a00 0a", "a0a 0a")),
        (r"(?:ak|al),? \d{2}", ("aa 00", "aa, 00")),
        (r"[A-Z]+ \d\d|x", ()),
        (r"[\w]\d[a-zé]", ()),
        (r"\d{4} [A-Z]*", ()),
    ],
)
def test_how_letters_and_digits_meet_is_read_off_a_pattern(pattern: str, strings: tuple[str, ...]) -> None:
    assert outline(re.compile(pattern)) == strings


def test_a_rule_whose_letters_and_digits_meet_otherwise_is_not_tried() -> None:
    (rule,) = rules(("IBAN", r"[A-Z]{2}\d{2}"))
    assert rule.needs[0] == (1, ("aa00",))
    assert applied([rule], "AB 12 and AB12", plain) == "AB 12 and <IBAN>"


def test_nearly_every_rule_needs_something() -> None:
    assert sum(bool(rule.needs or rule.digits) for rule in RULES) > 0.9 * len(RULES) > 40


def made(parts: Any, chance: Random) -> str:
    """A text that a pattern may match: only what stands around is left to chance."""
    return "".join(_made(kind, told, chance) for kind, told in parts)


def _made(kind: Any, told: Any, chance: Random) -> str:
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, part = told
        return "".join(made(part, chance) for _ in range(chance.randint(least, min(most, least + 2))))
    if kind is op.BRANCH:
        return made(chance.choice(told[1]), chance)
    if kind is op.SUBPATTERN:
        return made(told[-1], chance)
    if kind is op.LITERAL:
        return chr(told)
    if kind is op.IN:
        one, of = chance.choice([item for item in told if item[0] is not op.NEGATE])
        if told[0][0] is op.NEGATE:
            return chance.choice("Ab ")
        if one is op.CATEGORY:
            return {op.CATEGORY_DIGIT: "4", op.CATEGORY_SPACE: " "}.get(of, "k")
        return chr(of if one is op.LITERAL else chance.randint(*of))
    return ""


def matches(rule: Rule, chance: Random) -> list[str]:
    parsed = _parser.parse(rule.pattern.pattern, rule.pattern.flags)
    texts = [made(parsed, chance) for _ in range(40)]
    return [one for text in texts for one in (text, text.upper(), f"://{text}=") if rule.pattern.search(one)]


def test_no_rule_is_passed_over_in_a_text_in_which_it_finds_something() -> None:
    chance, tried = Random(5), 0
    for rule in RULES:
        found = matches(rule, chance)
        tried += bool(found)
        for shape in map(folded, found):
            views = (shape, outlined(shape))
            assert shape.count("0") >= rule.digits, rule
            assert all(any(string in views[view] for string in either) for view, either in rule.needs), rule
    assert tried > 0.9 * len(RULES)


def test_rules_find_what_an_earlier_one_has_left() -> None:
    found = rules(("ACCOUNT", r"no \d{4}"), ("NAME", r"<ACCOUNT> x"))
    assert applied(found, "no 1234 x", plain) == "<NAME>"
    assert applied(found, "no 1234 x", plain, ("NAME",)) == "<ACCOUNT> x"

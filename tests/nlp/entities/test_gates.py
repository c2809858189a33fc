"""A pattern that is tried only where a cheaper look says so finds as much as if it were always tried."""

import json
import re
from collections.abc import Callable, Iterator, Set

import pytest

from nlp.entities import amounts, companies, places, products, references
from nlp.entities.finder import Finder
from pipelines.settings import ROOT

Gate = Callable[[str, Set[str]], object]
GATED: dict[str, tuple[re.Pattern[str], Gate]] = {
    "amounts": (
        amounts._AMOUNT,
        lambda text, words: words & amounts._UNITED or amounts._MARKS.search(text),
    ),
    "amounts without a currency": (
        amounts._BARE,
        lambda text, words: words & amounts._PAID or amounts._CENTS.search(text),
    ),
    "companies": (
        companies._COMPANY,
        lambda text, words: words & companies._KINDS or companies._CAMELS.search(text),
    ),
    "what a competitor does": (
        companies._DOES,
        lambda text, words: words & companies._DONE or companies._MONEY.search(text),
    ),
    "other ways to a competitor": (companies._WEAK, lambda text, words: words & {"to", "instead", "like"}),
    "places before what is there": (places._BEFORE, lambda text, words: words & places._SITES),
    "streets": (places._STREET, lambda text, words: words & places._STREETS),
    "products": (
        products._NAMED,
        lambda text, words: words & products._KNOWN or products._CAPITALS.search(text),
    ),
    "codes of bookings": (references._LETTERS, lambda text, words: words & references._LOCATORS),
    "numbers that stand alone": (references._BARE, lambda text, words: references._MARKED.search(text)),
}


def texts() -> Iterator[str]:
    for path in sorted((ROOT / "corpora" / "gold").glob("*.jsonl")):
        yield from (json.loads(line)["text"] for line in path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("name", GATED)
def test_where_a_gate_is_shut_its_pattern_finds_nothing(name: str) -> None:
    pattern, gate = GATED[name]
    found = [text for text in texts() if pattern.search(text)]
    shut = [text for text in found if not gate(text, set(re.findall("[a-z]+", text.lower())))]
    assert found
    assert not shut


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Halvorsen plc wrote to me", "company", "Halvorsen plc"),
        ("we are with Miller & Sons", "company", "Miller & Sons"),
        ("flew with Nordal Airline", "company", "Nordal Airline"),
        ("Quillon customer care hung up", "company", "Quillon"),
        ("the myQuillon thing is down", "company", "myQuillon"),
        ("Kindle is broken", "product", "Kindle"),
        ("take Plus please", "product", "Plus"),
        ("the Falcon 900 is broken", "product", "Falcon 900"),
        ("my Voyager card is gone", "product", "Voyager card"),
        ("paid 20zł for it", "amount", "20zł"),
        ("and 12.50 in all", "amount", "12.50"),
        ("a fiver for that", "amount", "fiver"),
        ("Zürich was closed", "place", "Zürich"),
        ("no trains to london", "place", "london"),
        ("stood in Elm Lane for hours", "place", "Elm Lane"),
        ("my confirmation is XKQJZT", "order_number", "XKQJZT"),
    ],
)
def test_each_way_through_a_gate_is_open(text: str, kind: str, words: str) -> None:
    assert (kind, words) in [(e.type, text[e.start : e.end]) for e in Finder()([text])[0]]

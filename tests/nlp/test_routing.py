"""Rules route texts: the first that fits names the queue, and a table that cannot be meant is refused by name."""

from typing import Any

import pytest

from nlp.errors import BadInput
from nlp.routing import Finding, Routing, Rule
from nlp.taxonomy import Taxonomy
from pipelines.settings import Settings

LEAVER = Finding("cancel_subscription", 0.9, False, "en", -0.2, "leaving")


def test_the_first_rule_that_fits_names_the_queue() -> None:
    routing = Routing(
        rules=(
            Rule("care", max_sentiment=-0.5),
            Rule("retention", intents=("cancel_subscription",), min_confidence=0.6),
            Rule("leavers", intents=("cancel_subscription",)),
        )
    )
    assert routing.queue(LEAVER) == ("retention", 2)
    assert routing.queue(Finding("cancel_subscription", 0.5, False, "en", 0.0)) == ("leavers", 3)
    assert routing.queue(Finding("cancel_subscription", 0.9, False, "en", -0.5)) == ("care", 1)
    assert routing.queue(Finding("refund_status", 0.9, False, "en", 0.0)) == ("general", None)


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule("q"), True),
        (Rule("q", intents=("refund_status", "cancel_subscription")), True),
        (Rule("q", intents=("refund_status",)), False),
        (Rule("q", stages=("leaving",)), True),
        (Rule("q", stages=("use",)), False),
        (Rule("q", languages=("de", "en")), True),
        (Rule("q", languages=("de",)), False),
        (Rule("q", abstained=False), True),
        (Rule("q", abstained=True), False),
        (Rule("q", min_confidence=0.9, max_confidence=0.9), True),
        (Rule("q", max_confidence=0.89), False),
        (Rule("q", min_sentiment=-0.2, max_sentiment=-0.2), True),
        (Rule("q", min_sentiment=-0.1), False),
        (Rule("q", intents=("cancel_subscription",), languages=("de",)), False),
    ],
)
def test_all_that_a_rule_names_must_fit(rule: Rule, fits: bool) -> None:
    assert rule.fits(LEAVER) is fits


def test_only_what_rules_ask_for_has_to_be_known() -> None:
    assert not Routing(rules=(Rule("q", intents=("a",)),)).asks_sentiment
    assert Routing(rules=(Rule("q"), Rule("q", max_sentiment=0.0))).asks_sentiment
    assert Routing(rules=(Rule("q", stages=("use",)),)).asks_stage
    assert not Routing().asks_stage


def test_a_table_is_the_same_after_toml_and_json() -> None:
    routing = Routing(
        'the "big" \\ queue',
        (
            Rule(
                "Zurück an Ümit", intents=("refund_status",), abstained=False, min_confidence=0.25, max_sentiment=-1.0
            ),
            Rule("de", languages=("de", "fr"), stages=("use",)),
        ),
    )
    assert Routing.from_toml(routing.to_toml()) == routing
    assert Routing.of(routing.named()) == routing


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"rule": []}, "unknown field 'rule'; known: default, rules"),
        ({"default": ""}, "default = '': the name of a queue expected"),
        ({"rules": "all"}, "a list of up to 500 rules"),
        ({"rules": [{}] * 501}, "a list of up to 500 rules"),
        ({"rules": ["billing"]}, "rules.1: an object of queue, intents"),
        ({"rules": [{"queue": "a"}, {"intents": ["x"]}]}, "rules.2.queue = 'None'"),
        ({"rules": [{"queue": "a", "intent": "x"}]}, "rules.1: unknown field 'intent'; known: queue, intents"),
        ({"rules": [{"queue": "a", "intents": "x"}]}, "rules.1.intents = 'x': a list of names"),
        ({"rules": [{"queue": "a", "intents": []}]}, "rules.1.intents = '[]': a list of names"),
        ({"rules": [{"queue": "a", "min_confidence": 60}]}, "rules.1.min_confidence = 60: a number from 0 to 1"),
        ({"rules": [{"queue": "a", "max_sentiment": "low"}]}, "rules.1.max_sentiment = 'low': a number from -1 to 1"),
        ({"rules": [{"queue": "a", "min_confidence": True}]}, "a number from 0 to 1"),
        ({"rules": [{"queue": "a", "abstained": "yes"}]}, "true or false expected"),
        ({"rules": [{"queue": "a", "min_sentiment": 0.5, "max_sentiment": 0.2}]}, "no text fits"),
        ({"rules": [{"queue": "line\nbreak"}]}, "the name of a queue expected"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(data: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput) as caught:
        Routing.of(data, origin="rules.toml")
    assert str(caught.value).startswith("rules.toml: ")
    assert why in str(caught.value)


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(BadInput, match=r"my\.toml: not valid TOML"):
        Routing.from_toml("default = ", origin="my.toml")


def test_what_no_text_can_be_is_told() -> None:
    taxonomy = Taxonomy.from_toml(Settings().taxonomy.read_text("utf-8"))
    fine = Routing(rules=(Rule("a", intents=("none", "unsupported", "refund_status"), stages=("unknown", "use")),))
    assert fine.unknown(taxonomy) == []
    odd = Routing(rules=(Rule("a"), Rule("b", intents=("refunds",), stages=("nowhere",))))
    told = odd.unknown(taxonomy)
    assert [line.split(" is not known")[0] for line in told] == [
        "rules.2.intents: 'refunds'",
        "rules.2.stages: 'nowhere'",
    ]
    assert "refund_status" in told[0]

"""Archetypes: as many as come back, named by what sets them apart, the same from the same customers."""

from random import Random

from nlp.journeys.archetypes import archetypes, named
from nlp.journeys.facts import Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.portraits import portraits

KINDS = (("call", "use", "technical_fault", -0.8, 80.0), ("chat", "purchase", "pricing_question", 0.5, 5.0))
KINDS = (*KINDS, ("ticket", "renewal", "billing_dispute", -0.5, 60.0))


def journey(kind: int, rng: Random) -> Facts:
    channel, stage, intent, mood, friction = KINDS[kind]
    days = sorted(rng.uniform(0, 90) for _ in range(rng.randrange(2, 6)))
    return Facts(tuple(Said(int(d * DAY), channel, intent, stage, friction, mood, mood, 0, 0, ()) for d in days))


def test_planted_kinds_of_customers_are_found_again_and_named_by_what_they_do() -> None:
    rng = Random(1)
    truth = [n % 3 for n in range(240)]
    found, tried = archetypes(portraits([journey(kind, rng) for kind in truth]))
    assert len(found) == 3, tried
    assert [len({truth[row] for row in one.members}) for one in found] == [1, 1, 1]
    assert all(one.stability > 0.9 for one in found)
    assert len(set(named(found))) == 3
    for one in found:
        channel, stage, intent, *_ = KINDS[truth[one.members[0]]]
        own = {f"channel:{channel}", f"stage:{stage}", f"intent:{intent}"}
        assert own & {trait.name for trait in one.traits}
        assert len(one.examples) == 3
        assert set(one.examples) <= set(one.members.tolist())


def test_customers_of_one_kind_are_one_archetype() -> None:
    rng = Random(2)
    same = [
        Facts((Said(int(rng.uniform(0, 9) * DAY), "call", "x", "use", 50.0, rng.uniform(-1, 1), 0, 0, 0, ()),))
    ] * 20
    found, tried = archetypes(portraits(same))
    assert ([len(one.members) for one in found], tried) == ([20], [])
    alike, _ = archetypes(portraits([same[0]] * 80))
    assert [len(one.members) for one in alike] == [80]


def test_archetypes_are_the_same_from_the_same_customers() -> None:
    rng = Random(4)
    drawn = portraits([journey(n % 2, rng) for n in range(120)])
    first, second = archetypes(drawn)[0], archetypes(drawn)[0]
    assert [one.members.tolist() for one in first] == [one.members.tolist() for one in second]


def test_contacts_that_are_dealt_at_random_make_no_archetype() -> None:
    for seed in (1, 12, 61):  # of the latter two chance brings more than a tenth back
        rng = Random(seed)
        dealt = []
        for _ in range(150):
            kinds = [rng.choice(KINDS) for _ in range(rng.randrange(1, 6))]
            said = [
                Said(n * DAY, rng.choice(KINDS)[0], topic, stage, friction, mood, mood, 0, 0, ())
                for n, (_, stage, topic, mood, friction) in enumerate(kinds)
            ]
            dealt.append(Facts(tuple(said)))
        assert [len(one.members) for one in archetypes(portraits(dealt))[0]] == [150]

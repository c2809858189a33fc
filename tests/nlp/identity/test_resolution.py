"""Customers out of claims: who is one, what is set aside, what people decide, and that order plays no part."""

from datetime import UTC, datetime
from itertools import chain as joined

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.identity.claim import Claim, Decision, Match, claims, kind_of
from nlp.identity.reasons import chain, members
from nlp.identity.resolution import MOST, Resolution, resolve

AT = datetime(2026, 3, 2, tzinfo=UTC)


def said(*records: str, source: str = "crm") -> list[Claim]:
    """Each record is a line of kind:value; in these tests an identifier is its own pseudonym."""
    return list(joined.from_iterable(claims([(i, kind_of(i)) for i in line.split()], source) for line in records))


def decided(kind: str, one: str, other: str, number: int = 1) -> Decision:
    return Decision(kind, one, other, AT, number=number)  # type: ignore[arg-type]


def owner(found: Resolution, identifier: str) -> str:
    return found.links.get(identifier, identifier)


def test_identifiers_of_one_record_belong_to_its_own_id() -> None:
    found = resolve(said("id:1 email:a phone:5 x:ann", "anonymous:z email:a"))
    assert {owner(found, i) for i in ("email:a", "phone:5", "x:ann", "anonymous:z")} == {"id:1"}
    assert found.conflicts == ()


def test_without_an_own_id_the_most_telling_identifier_names_the_customer() -> None:
    found = resolve(said("phone:5 email:a", "anonymous:z email:a"))
    assert {owner(found, i) for i in ("email:a", "phone:5", "anonymous:z")} == {"email:a"}


def test_what_two_customers_claim_belongs_to_neither_and_is_a_conflict() -> None:
    found = resolve(said("id:1 email:a phone:5", "id:2 email:b phone:5"))
    assert owner(found, "phone:5") == "phone:5"
    assert [(c.node, c.kind, c.customers) for c in found.conflicts] == [("phone:5", "phone", ("id:1", "id:2"))]
    assert (owner(found, "email:a"), owner(found, "email:b")) == ("id:1", "id:2")


def test_a_shared_device_between_two_customers_links_neither() -> None:
    found = resolve(said("id:1 email:a", "id:2 email:b", "anonymous:z email:a", "anonymous:z email:b"))
    assert owner(found, "anonymous:z") == "anonymous:z"
    assert (owner(found, "email:a"), owner(found, "email:b")) == ("id:1", "id:2")


def test_a_record_that_ties_two_customers_is_set_aside_and_costs_neither_an_identifier() -> None:
    found = resolve(said("id:1 email:a", "id:2 email:b", "email:a email:b"))
    assert (owner(found, "email:a"), owner(found, "email:b")) == ("id:1", "id:2")
    assert [c.kind for c in found.conflicts] == ["record"]


def test_an_identifier_beside_too_many_others_is_a_hub() -> None:
    office = [f"email:{n} phone:5" for n in range(MOST + 1)]
    found = resolve(said(*office))
    assert found.links == {}
    assert found.conflicts[0].reason == f"beside {MOST + 1} of kind email"
    assert len(set(resolve(said(*office[:MOST])).links.values())) == 1


def test_many_devices_and_orders_are_no_hub() -> None:
    found = resolve(said(*(f"email:a anonymous:{n}" for n in range(50)), *(f"email:a order:{n}" for n in range(50))))
    assert set(found.links.values()) == {"email:a"}


def test_two_own_ids_that_agree_twice_are_one_customer_unless_their_names_differ() -> None:
    twice = said("id:1 email:a phone:5 name:ann", "id:2 email:a phone:5 name:ann")
    assert owner(resolve(twice), "id:2") == "id:1"
    couple = said("id:1 email:a phone:5 name:ann", "id:2 email:a phone:5 name:bob")
    assert owner(resolve(couple), "id:2") == "id:2"
    assert {c.node for c in resolve(couple).conflicts} == {"email:a", "phone:5"}


def test_a_name_that_two_bear_links_nobody_and_is_no_conflict() -> None:
    found = resolve(said("id:1 email:a name:ann", "id:2 email:b name:ann", "email:c name:ann"))
    assert (owner(found, "name:ann"), owner(found, "email:c"), found.conflicts) == ("name:ann", "email:c", ())


def test_a_name_that_one_bears_is_theirs_and_pulls_nobody_else_in() -> None:
    found = resolve(said("id:1 email:a name:ann", "email:c name:ann"))
    assert (owner(found, "name:ann"), owner(found, "email:c")) == ("id:1", "email:c")


def test_within_a_household_that_shares_a_phone_a_name_tells_whose_a_second_address_is() -> None:
    home = said("id:1 email:a phone:5 name:ann", "id:2 email:b phone:5 name:bob")
    found = resolve(home + said("email:second phone:5 name:bob", source="desk"))
    assert owner(found, "email:second") == "id:2"
    assert owner(found, "phone:5") == "phone:5"
    assert [step.other for step in chain(found, "id:2", "email:second") or []] == ["email:second"]
    assert owner(resolve(home + said("email:second phone:5 name:cid", source="desk")), "email:second") != "id:2"
    assert owner(resolve(home + said("email:second phone:5", source="desk")), "email:second") != "id:2"


def test_people_of_two_names_who_share_a_phone_are_two_though_nobody_has_an_own_id() -> None:
    found = resolve(said("email:a name:Ann phone:5", "email:b name:Bob phone:5", "email:a2 name:Ann phone:6 x:ann"))
    assert {owner(found, i) for i in ("email:a", "name:Ann", "email:b", "phone:5")} == {"email:a", "email:b", "phone:5"}
    assert [(c.node, c.customers) for c in found.conflicts] == [("phone:5", ("email:a", "email:b"))]
    one = resolve(said("email:a name:Ann phone:5", "email:b name:Ann phone:5"))
    assert (owner(one, "email:b"), owner(one, "phone:5"), one.conflicts) == ("email:a", "email:a", ())


def test_two_names_of_one_record_or_of_one_address_are_one_customers_still() -> None:
    told = ("email:a name:Ann phone:5", "email:b name:Annie phone:5", "email:a email:b")
    assert owner(resolve(said(*told)), "email:b") == "email:a"
    family = resolve(said("email:f name:Ann phone:5", "email:f name:Bob phone:6"))
    assert {owner(family, i) for i in ("phone:5", "phone:6")} == {"email:f"}


def test_people_join_two_names_of_one_phone() -> None:
    claims = said("email:a name:Ann phone:5", "email:b name:Annie phone:5")
    found = resolve(claims, [decided("link", "email:a", "email:b")])
    assert {owner(found, i) for i in ("email:b", "phone:5")} == {"email:a"}


def test_people_part_what_a_name_tells_within_a_household() -> None:
    home = said("id:1 email:a phone:5 name:ann", "id:2 email:b phone:5 name:bob", "email:second phone:5 name:bob")
    for apart in (decided("unlink", "id:2", "email:second"), decided("unlink", "email:second", "id:2")):
        found = resolve(home, [apart])
        assert owner(found, "email:second") != owner(found, "id:2")
        assert owner(found, "email:b") == "id:2"


def test_two_ids_of_one_desk_stay_apart_and_an_own_id_joins_them() -> None:
    desk = said("id:desk/1 email:a phone:5", "id:desk/2 email:b phone:5", source="desk")
    apart = resolve(desk)
    assert (owner(apart, "email:a"), owner(apart, "email:b"), owner(apart, "phone:5")) == (
        "id:desk/1",
        "id:desk/2",
        "phone:5",
    )
    found = resolve(desk + said("id:9 email:a", "id:9 email:b"))
    assert {owner(found, i) for i in ("id:desk/1", "id:desk/2", "phone:5")} == {"id:9"}


def test_a_match_joins_what_claims_do_not() -> None:
    records = said("id:1 email:a", "id:2 email:b", "email:c phone:7")
    found = resolve(records, matches=[Match("id:1", "id:2", 0.99), Match("email:b", "email:c", 0.98)])
    assert {owner(found, i) for i in ("id:2", "email:b", "email:c", "phone:7")} == {"id:1"}


def test_a_link_by_hand_joins_two_customers_and_an_unlink_parts_them_again() -> None:
    records = said("id:1 email:a", "id:2 email:b")
    hand = decided("link", "id:1", "id:2")
    assert owner(resolve(records, [hand]), "email:b") == "id:1"
    assert owner(resolve(records, [hand, decided("unlink", "id:2", "id:1", 2)]), "email:b") == "id:2"
    assert owner(resolve(records, [decided("unlink", "id:2", "id:1", 2), hand]), "email:b") == "id:2"


def test_an_identifier_that_is_parted_from_a_customer_leaves_the_others_with_it() -> None:
    records = said("id:1 email:a phone:5", "email:a anonymous:z", "anonymous:z phone:5")
    found = resolve(records, [decided("unlink", "id:1", "phone:5")])
    assert owner(found, "phone:5") == "phone:5"
    assert (owner(found, "email:a"), owner(found, "anonymous:z")) == ("id:1", "id:1")


def test_people_part_what_agrees_and_what_is_alike() -> None:
    twice = said("id:1 email:a phone:5", "id:2 email:a phone:5", "id:3 email:c")
    part = decided("unlink", "id:1", "id:2")
    assert owner(resolve(twice, [part]), "id:2") == "id:2"
    roundabout = [Match("id:1", "id:3", 0.99), Match("id:3", "id:2", 0.99)]
    found = resolve(twice, [part], roundabout)
    assert owner(found, "id:1") != owner(found, "id:2")


def test_a_hub_given_to_a_customer_by_hand_is_theirs_alone() -> None:
    office = said("id:1 email:a", *(f"email:{n} phone:5" for n in range(9)))
    found = resolve(office, [decided("link", "id:1", "phone:5")])
    assert owner(found, "phone:5") == "id:1"
    assert owner(found, "email:3") == "email:3"


def test_a_chain_tells_who_says_that_two_are_one() -> None:
    records = said("id:1 email:a") + said("email:a anonymous:z", source="segment")
    steps = chain(resolve(records), "id:1", "anonymous:z")
    assert steps is not None
    assert [(s.one, s.other, s.reason) for s in steps] == [
        ("id:1", "email:a", "one record of crm"),
        ("email:a", "anonymous:z", "one record of segment"),
    ]
    assert chain(resolve(records), "id:1", "email:b") is None
    assert members(resolve(records), "id:1") == ["id:1", "anonymous:z", "email:a"]


IDENTIFIERS = st.sampled_from(
    [f"{kind}:{n}" for kind in ("id", "email", "phone", "x", "anonymous", "name") for n in range(4)]
    + ["id:desk/1", "id:desk/2"]
)
RECORDS = st.lists(st.sets(IDENTIFIERS, min_size=2, max_size=4), max_size=12)
HANDS = st.lists(
    st.tuples(st.sampled_from(["link", "unlink"]), IDENTIFIERS, IDENTIFIERS).filter(lambda d: d[1] != d[2]), max_size=4
)


@settings(max_examples=300, deadline=None)
@given(records=RECORDS, hands=HANDS, seed=st.randoms())
def test_the_order_of_claims_plays_no_part_and_no_two_own_ids_meet_unsaid(
    records: list[set[str]], hands: list[tuple[str, str, str]], seed: "st.Random"
) -> None:
    stated = [claim for record in records for claim in claims([(i, kind_of(i)) for i in sorted(record)], "crm")]
    shuffled = [*stated, *stated[:3]]
    seed.shuffle(shuffled)
    log = [decided(kind, one, other, n) for n, (kind, one, other) in enumerate(hands)]
    found = resolve(stated, log)
    again = resolve(shuffled, log)
    assert (found.links, found.conflicts) == (again.links, again.conflicts)
    assert all(owner(found, customer) == customer for customer in found.links.values())
    if not found.bonds:
        assert [i for i in found.links if kind_of(i) == "id"] == []


@settings(max_examples=300, deadline=None)
@given(records=RECORDS, hands=HANDS)
def test_whatever_is_one_can_be_explained_and_what_people_said_last_holds(
    records: list[set[str]], hands: list[tuple[str, str, str]]
) -> None:
    stated = [claim for record in records for claim in claims([(i, kind_of(i)) for i in sorted(record)], "crm")]
    log = [decided(kind, one, other, n) for n, (kind, one, other) in enumerate(hands)]
    found = resolve(stated, log)
    last = {d.pair: d.kind for d in log}
    for (one, other), kind in last.items():
        if kind == "unlink":
            assert owner(found, one) != owner(found, other)
    for identifier, customer in found.links.items():
        if not identifier.startswith("name:"):
            assert chain(found, identifier, customer) is not None

"""Customers that are alike: found by keyed hashes alone, believed where they are sure, and parted by people's word."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.customer import Customer
from nlp.identity.claim import Decision
from nlp.identity.traits import traits
from pipelines.identity import decide, resolve
from pipelines.ingest import ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Contact
from pipelines.stores import open_store

KEY = b"a key for tests"


def test_one_mistyped_character_leaves_a_hash_in_common_and_nothing_readable() -> None:
    right, wrong, other = (
        traits(["id:7", f"email:{address}"], KEY) for address in ("ann@b.org", "anm@b.org", "zoe@b.org")
    )
    assert right.keys() == {"email_same", "email_near"}
    assert not set(right["email_same"]) & set(wrong["email_same"])
    assert set(right["email_near"]) & set(wrong["email_near"])
    assert not set(right["email_near"]) & set(other["email_near"])
    assert "ann" not in str(right)
    assert traits(["email:ann@b.org"], b"another key") != right


def test_names_are_compared_whatever_their_order_and_numbers_whatever_their_spelling() -> None:
    assert traits(["name:Reed, Ann"], KEY) == traits(["name:ann reed"], KEY)
    assert traits(["phone:+44 20 7946 0018"], KEY) == traits(["phone:020 7946 0018"], KEY)


def test_hashes_are_made_only_where_the_setting_asks_for_them() -> None:
    contact = Contact(Customer("id:1"), ("id:1", "email:a@b.org"))
    assert Protector(KEY).traits(contact) == {}
    ((customer, found),) = Protector(KEY, linkage=True).traits(contact).items()
    assert customer == Protector(KEY).customer("id:1")
    assert found.keys() == {"email_same", "email_near"}


def rows() -> str:
    """300 customers; the first ten have a second number under a mistyped address, with the same name and phone."""
    rng = random.Random(1)
    lines = ["id,name,email,phone"]
    for number in range(300):
        first, last = ("".join(rng.choice("bdgklmnprst") + rng.choice("aeiou") for _ in range(3)) for _ in range(2))
        phone = f"07{rng.randrange(10**9):09}"
        lines.append(f"C{number},{first} {last},{first}.{last}@post.example,{phone}")
        if number < 10:
            lines.append(f"D{number},{first} {last[:-1]},{first}.{last[:-1]}@post.example,{phone}")
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_second_numbers_under_mistyped_addresses_are_found_and_can_be_parted(tmp_path: Path) -> None:
    pytest.importorskip("splink")
    from pipelines.likeness import match

    (tmp_path / "crm.csv").write_text(rows(), "utf-8")
    protect = Protector(KEY, names=False, linkage=True)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        ingest([tmp_path / "crm.csv"], store=store, protect=protect, settings=Settings(dead_letters=tmp_path / "dead"))
        assert store.identity.links().get(protect.customer("id:D1")) != protect.customer("id:C1")
        found, _ = match(store)
        pairs = {frozenset((one.one, one.other)) for one in found if one.probability >= 0.99}
        true = {frozenset((protect.customer(f"id:C{n}"), protect.customer(f"id:D{n}"))) for n in range(10)}
        assert pairs == true
        assert all(one.weights["name"] > 0 and one.weights["phone"] > 0 for one in found)
        links = store.identity.links()
        assert len({links.get(c, c) for c in sorted(next(iter(true)))}) == 1
        assert match(store)[0] == found
        one, other = sorted(next(iter(true)))
        decide(store, Decision("unlink", one, other, datetime.now(UTC)))
        assert resolve(store) == 0
        links = store.identity.links()
        assert links.get(one, one) != links.get(other, other)

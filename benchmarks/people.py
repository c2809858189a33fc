"""Simulated people with known truth: what a CRM, a website, a desk, a shop and a network each know of them, or err in.

Households and offices share phones, couples an address, people a tablet; agents type their own address; people have a
second address or a second customer number; names and addresses are mistyped.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

FIRST = 400
LAST = 4000
PROVIDERS = ("letterbox", "skypost", "minmail", "quickbird", "homepigeon", "oldpost", "inkwell", "roundabout")
TYPO, SECOND, TWICE = 0.03, 0.15, 0.04
"""How often a name or an address is mistyped in a record, an address is a person's second, a CRM has a person twice."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one system knows: `person` is the truth; identifiers "kind:value", the one that it goes by first."""

    person: int
    source: str
    identifiers: tuple[str, ...]


@dataclass(slots=True)
class Person:
    number: int
    name: str
    email: str
    second: str
    phone: str
    handle: str
    devices: list[str]


def records(count: int, seed: int) -> Iterator[Record]:
    """About four records a person."""
    rng = random.Random(seed)
    for person in _people(count, rng):
        yield from _known(person, rng)


def _people(count: int, rng: random.Random) -> list[Person]:
    """Households of up to four share a phone three times in ten, couples an address one in thirty; one in fifty has the
    phone of an office of a hundred, and one in a hundred shares a device with the next."""
    people: list[Person] = []
    taken: set[str] = set()
    offices = [_phone(rng) for _ in range(max(1, count // 5000))]
    while len(people) < count:
        last, home, size = _word(_zipf(LAST, rng), 3), _phone(rng), rng.choice((1, 1, 2, 3, 4))
        shared = rng.random() < 0.3
        firsts = dict.fromkeys(_word(_zipf(FIRST, rng), 2) for _ in range(size))  # nobody gives two children one name
        for place, first in enumerate(list(firsts)[: count - len(people)]):
            number = len(people)
            phone = home if shared else rng.choice(offices) if rng.random() < 0.02 else _phone(rng)
            email = f"{first}.{last}{rng.choice(('', str(number)))}@{rng.choice(PROVIDERS)}.example"
            if email in taken:  # a provider gives an address once
                email = f"{first}.{last}{number}@{rng.choice(PROVIDERS)}.example"
            taken.add(email)
            if place and rng.random() < 1 / 30:
                email = people[-1].email
            devices = [f"d{number}-{n}" for n in range(rng.choice((1, 1, 2, 3)))]
            if people and rng.random() < 0.01:
                devices.append(people[-1].devices[0])
            second = f"{first}{last}{number}@work{rng.randrange(500)}.example"
            people.append(Person(number, f"{first} {last}", email, second, phone, f"{first}_{number}", devices))
    return people


def _known(p: Person, rng: random.Random) -> Iterator[Record]:
    """Each system by its own habits: the CRM knows nearly all, the network few."""

    def some(share: float, *identifiers: str) -> tuple[str, ...]:
        return identifiers if rng.random() < share else ()

    own, name = f"id:C{p.number}", f"name:{_typed(p.name, rng)}"
    if crm := rng.random() < 0.95:
        handle = some(0.3, f"x:{p.handle}")
        yield Record(
            p.number, "crm", (own, f"email:{_typed(p.email, rng)}", name, *some(0.8, f"phone:{p.phone}"), *handle)
        )
        if rng.random() < TWICE:
            other = p.email if rng.random() < 0.5 else p.second
            told = (f"email:{_typed(other, rng)}", f"name:{_typed(p.name, rng)}", *some(0.7, f"phone:{p.phone}"))
            yield Record(p.number, "crm", (f"id:D{p.number}", *told))
    for device in p.devices if rng.random() < 0.6 else ():
        known = (own,) if crm and rng.random() < 0.7 else (f"email:{_address(p, rng)}",)
        yield Record(p.number, "web", (f"anonymous:{device}", *known))
    for _ in range(rng.choice((0, 1, 1, 2))):
        address = f"agent{rng.randrange(20)}@us.example" if rng.random() < 0.005 else _address(p, rng)
        yield Record(p.number, "desk", (f"email:{address}", name, *some(0.4, f"phone:{p.phone}")))
    if rng.random() < 0.2:
        order = f"order:O{p.number}-{rng.randrange(10)}"
        yield Record(p.number, "shop", (order, f"email:{_address(p, rng)}", *some(0.5, f"phone:{p.phone}")))
    if rng.random() < 0.1:
        yield Record(p.number, "network", (f"x:{p.handle}",))
    if rng.random() < 0.2:
        yield Record(p.number, "calls", (f"phone:{p.phone}",))


def _address(p: Person, rng: random.Random) -> str:
    return _typed(p.second if rng.random() < SECOND else p.email, rng)


def _typed(text: str, rng: random.Random) -> str:
    """Now and then with a letter left out, doubled, or two changed places."""
    at = rng.randrange(len(text.partition("@")[0]) - 1)
    if rng.random() >= TYPO:
        return text
    return rng.choice((text[:at] + text[at + 1 :], text[:at] + text[at] * 2 + text[at + 1 :],
                       text[:at] + text[at + 1] + text[at] + text[at + 2 :]))  # fmt: skip


def _zipf(count: int, rng: random.Random) -> int:
    """A rank, the first the most frequent: names are."""
    return min(count - 1, int(count ** rng.random()) - 1)


def _word(number: int, syllables: int) -> str:
    """A made-up name, a different one for each number."""
    parts = []
    for place in range(syllables):
        number, rest = divmod(number, 95)
        parts.append("bdfghjklmnprstvwyzc"[(rest + 7 * place) % 19] + "aeiou"[(rest // 19 + 2 * place) % 5])
    return "".join(parts) + ("n" if number else "")


def _phone(rng: random.Random) -> str:
    return f"07{rng.randrange(10**9):09}"

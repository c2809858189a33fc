"""The error tree: every error that Frictionary raises on purpose.

FrictionaryError            anything below; its message is written for the person who must act on it
├── BadRecord               one record of an input cannot be read; the run goes on, the record becomes a dead letter
├── BadInput                a whole file, stream or request cannot be read
├── BadTaxonomy             a taxonomy file contradicts itself or lacks a field
├── BadModel                a model folder is missing, incomplete or does not fit this version
├── BadSetting              a setting has a value that cannot be used
├── MissingDependency       an optional package is needed; the message names the extra to install
├── UnknownName             a name is not among the known ones; the message lists them
├── NotFound                no such conversation, theme, customer, …
├── Outdated                what was to be changed has been changed meanwhile
├── Overloaded              more is asked at once than can be done soon; asked again later it is done
├── TooLate                 not done by the time at which the answer was wanted
└── StoreError              the store cannot be opened, is of another version, or refused a write

Every error takes one message, so that it survives pickling between processes.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class FrictionaryError(Exception):
    """Base of all errors raised on purpose."""


class BadRecord(FrictionaryError):
    """One record cannot be read. `field` and `value` say where; readers never let it stop a run."""

    def __init__(self, reason: str, field: str = "", value: str = "") -> None:
        super().__init__(reason, field, value)
        self.reason, self.field, self.value = reason, field, value[:200]

    def __str__(self) -> str:
        return f"{self.field}={self.value!r}: {self.reason}" if self.field else self.reason


class BadInput(FrictionaryError):
    """A whole file, stream or request cannot be read."""


class BadTaxonomy(FrictionaryError):
    """A taxonomy contradicts itself or lacks a field."""


class BadModel(FrictionaryError):
    """A model folder is missing, incomplete or of another version."""


class BadSetting(FrictionaryError):
    """A setting has a value that cannot be used."""


class MissingDependency(FrictionaryError):
    """An optional package is not installed."""

    @classmethod
    def of(cls, what: str, package: str, extra: str) -> "MissingDependency":
        return cls(f"{what} needs {package}: pip install 'frictionary[{extra}]'")


class UnknownName(FrictionaryError):
    """A name is not among the known ones."""

    @classmethod
    def of(cls, noun: str, name: str, known: Iterable[str]) -> "UnknownName":
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return cls(f"unknown {noun} {name!r}; known: {', '.join(names)}.{hint}")


class NotFound(FrictionaryError):
    """No such conversation, theme, customer, run."""


class Outdated(FrictionaryError):
    """What was to be changed has been changed meanwhile."""


class Overloaded(FrictionaryError):
    """More is asked at once than can be done soon; `after` is in how many seconds it is worth to ask again."""

    def __init__(self, reason: str, after: int = 1) -> None:
        super().__init__(reason, after)
        self.reason, self.after = reason, after

    def __str__(self) -> str:
        return self.reason


class TooLate(FrictionaryError):
    """Not done by the time at which the answer was wanted."""


class StoreError(FrictionaryError):
    """The store cannot be opened, is of another version, or refused a write."""

"""What a reader chose to look at: period, channel, stage, intent, theme, kept in the page's address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from nlp.conversation import Channel
from pipelines.stores.protocols import Filter

PERIODS = {"4w": "Last 4 weeks", "13w": "Last 13 weeks", "26w": "Last 26 weeks", "52w": "Last 52 weeks"}
WINDOW = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Choice:
    """Each field is a query parameter; an empty one does not filter."""

    period: str = ""
    channel: str = ""
    stage: str = ""
    intent: str = ""
    theme: str = ""
    customer: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """Read an address. An unknown period or channel does not filter; an unknown name of the store finds nothing."""
        choice = cls(**{field.name: query.get(field.name, "").strip() for field in fields(cls)})
        period = choice.period if choice.period in PERIODS else ""
        return replace(choice, period=period, channel=choice.channel if choice.channel in set(Channel) else "")

    def filter(self, last: datetime | None) -> Filter:
        """The store's filter. Periods count back from the `last` conversation known, not from today."""
        since = last - timedelta(weeks=int(self.period[:-1])) if self.period and last else None
        return Filter(since, None, self.channel, self.stage, self.theme, self.intent, self.customer)

    def windows(self, last: datetime) -> tuple[Filter, Filter]:
        """The four weeks up to the `last` conversation, and the four before: whatever the period chosen."""
        whole, start = replace(self, period="").filter(last), last - WINDOW
        before = replace(whole, since=_after(start - WINDOW), until=_after(start))
        return replace(whole, since=_after(start)), before

    def query(self, **changes: str) -> str:
        """The address's query with some fields changed: "?stage=use", or "" where nothing is chosen."""
        values = {field.name: getattr(self, field.name) for field in fields(self)} | changes
        chosen = {name: value for name, value in values.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def chosen(self) -> bool:
        return self != Choice()


def _after(moment: datetime) -> datetime:
    """`until` is exclusive and `since` inclusive; a window holds its end, not its start."""
    return moment + timedelta(microseconds=1)

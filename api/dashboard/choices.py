"""What a reader chose to look at, kept in every page's address: which period, and which conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from nlp.conversation import Channel
from pipelines.stores.protocols import Filter

PERIODS = {"4w": "Last 4 weeks", "13w": "Last 13 weeks", "26w": "Last 26 weeks", "52w": "Last 52 weeks"}
WINDOW = timedelta(weeks=4)
CARRIED = ("period", "channel", "stage", "language", "segment", "product", "company")
"""What goes along from page to page."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Each field is a query parameter; an empty one does not filter. `segment`: a fact of customers, "plan=yearly"."""

    period: str = ""
    channel: str = ""
    stage: str = ""
    language: str = ""
    segment: str = ""
    product: str = ""
    company: str = ""
    intent: str = ""
    theme: str = ""
    customer: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """Read an address. An unknown period or channel does not filter; an unknown name of the store finds nothing."""
        choice = cls(**{field.name: query.get(field.name, "").strip() for field in fields(cls)})
        period = choice.period if choice.period in PERIODS else ""
        return replace(choice, period=period, channel=choice.channel if choice.channel in set(Channel) else "")

    def filter(self, last: date | None) -> Filter:
        """The store's filter. Periods are whole days in UTC, up to the `last` with a conversation, not to today."""
        since = _end(last) - timedelta(weeks=int(self.period[:-1])) if self.period and last else None
        kept = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "period"}
        return Filter(since=since, **kept)

    def windows(self, last: date) -> tuple[Filter, Filter]:
        """The four weeks up to the `last` day, and the four before: whatever the period chosen."""
        whole, start = replace(self, period="").filter(last), _end(last) - WINDOW
        return replace(whole, since=start), replace(whole, since=start - WINDOW, until=start)

    def before(self, last: date) -> Filter | None:
        """The period before the chosen one, as long as it; None of all time."""
        chosen = self.filter(last)
        if chosen.since is None:
            return None
        return replace(chosen, since=chosen.since - (_end(last) - chosen.since), until=chosen.since)

    def query(self, **changes: str) -> str:
        """The address's query with some fields changed: "?stage=use", or "" where nothing is chosen."""
        values = {field.name: getattr(self, field.name) for field in fields(self)} | changes
        chosen = {name: value for name, value in values.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def shared(self) -> "Choice":
        """What goes along to another page."""
        return Choice(**{name: getattr(self, name) for name in CARRIED})

    @property
    def carried(self) -> str:
        """The same as a query."""
        return self.shared.query()

    @property
    def chosen(self) -> bool:
        return self != Choice()


def _end(last: date) -> datetime:
    """The midnight after a day, in UTC."""
    day = last.astimezone(UTC).date() if isinstance(last, datetime) else last
    return datetime.combine(day + timedelta(days=1), time(), UTC)

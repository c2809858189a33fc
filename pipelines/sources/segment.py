"""Customer data as Segment's spec has it: identify, track and alias calls, a JSON object each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.customer import Customer, Event
from nlp.errors import BadRecord
from pipelines.sources._events import event
from pipelines.sources._records import Options, convert, json_records, mappings, open_text, pieces
from pipelines.sources._values import Contact, Same, clean, identifier, record, time, zone

CALLS = ("identify", "track", "alias", "group", "page", "screen")
KINDS = {"email": ("email",), "phone": ("phone", "mobile"), "name": ("name",)}
LEFT_OUT = {name for names in KINDS.values() for name in names} | {"avatar", "website", "id"}
WORTH = ("revenue", "total", "value", "price")
ORDER = ("order_id", "orderId", "order_number")
Call = Mapping[str, Any]
Found = Contact | Same | Event


def read(path: Path, options: Options) -> Iterator[Found | BadRecord]:
    """Page, screen and group calls are left out, and counted."""
    tz = zone(options.timezone)
    with open_text(path) as stream:
        calls = mappings(json_records(stream, options.max_record, lists=("batch",)))
        made = convert(
            path, pieces(calls, _batch), lambda call: list(_found(call, tz, options, options.skipped)) or None
        )
        for found in made:
            if isinstance(found, BadRecord):
                yield found
            else:
                yield from found


def _batch(page: Call) -> Iterator[Any]:
    """The calls of a batch, which tells a time and context for all of them; or the call itself."""
    if isinstance(held := page.get("batch"), list):
        yield from held
    else:
        yield page


def _found(call: Any, tz: ZoneInfo, options: Options, skipped: Counter[str]) -> Iterator[Found]:
    kind = str(record(call).get("type") or "")
    if kind not in CALLS:
        raise BadRecord(f"not a call; known types: {', '.join(CALLS)}", "type", kind)
    if kind not in ("identify", "track", "alias"):
        skipped[f"{kind} call"] += 1
        return
    user, device = identifier("id", call.get("userId")), identifier("anonymous", call.get("anonymousId"))
    if not (user or device):
        raise BadRecord("a call needs a userId or an anonymousId", "userId", "")
    if kind == "alias":
        yield Same((user or device, identifier("anonymous", call.get("previousId"))))
        return
    at, _ = time(call.get("timestamp") or call.get("originalTimestamp") or call.get("receivedAt"), "timestamp", tz)
    traits = {**record(record(call.get("context")).get("traits")), **record(call.get("traits"))}
    known = [identifier(kind, traits.get(name)) for kind, names in KINDS.items() for name in names]
    who = [user, device, *known]
    if kind == "identify":
        yield _contact(user or device, who, traits, at, options)
    else:
        yield from _done(call, user or device, who, at, options)


def _contact(customer: str, who: list[str], traits: Call, at: Any, options: Options) -> Contact:
    """A user's facts are kept under an id of Segment's own, beside those of a CRM."""
    kind, _, value = customer.partition(":")
    own = f"id:segment/{value}" if kind == "id" else customer
    facts = {
        options.names.fact(clean(name)): value if isinstance(value, int | float) else clean(value)
        for name, value in traits.items()
        if name not in LEFT_OUT and isinstance(value, str | int | float) and value != ""
    }
    return Contact(Customer(own, facts), tuple(dict.fromkeys((own, *filter(None, who)))), dict.fromkeys(facts, at))


def _done(call: Call, customer: str, who: list[str], at: Any, options: Options) -> Iterator[Found]:
    name, told = clean(call.get("event")).strip(), record(call.get("properties"))
    if not name:
        raise BadRecord("a track call needs an event", "event", "")
    worth = next((told[field] for field in WORTH if told.get(field) not in (None, "")), None)
    message = clean(call.get("messageId"))
    yield event(options, customer, name, at, worth, key=message and f"segment|{message}")
    order = next((identifier("order", told[field]) for field in ORDER if told.get(field)), "")
    if len(known := [one for one in (*who, order) if one]) > 1:
        yield Same(tuple(known))

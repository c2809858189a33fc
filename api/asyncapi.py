"""The AsyncAPI document of what is told to other systems, made of the kinds in `pipelines/messages.py`."""

from dataclasses import fields
from datetime import datetime
from importlib.metadata import version
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from pipelines.messages import KINDS, VERSION

Json = dict[str, Any]
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
ABOUT = """What Frictionary tells other systems: CloudEvents 1.0 as JSON, of what was committed, at least once, in order
for each customer (`partitionkey`). No text that anybody wrote and no raw personal data is in them: customers are
pseudonyms. By webhooks (signed by Standard Webhooks), NATS JetStream, Redis Streams, RabbitMQ or Kafka; Segment and
Parquet get the same in their own shapes: docs/events.md."""
ENVELOPE: Json = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "description": "The same whenever the message comes again: leave out what you have."},
    "source": {"const": "frictionary"},
    "subject": {"type": "string", "description": "The id of what it speaks of."},
    "time": {"type": "string", "format": "date-time", "description": "When it happened, UTC."},
    "datacontenttype": {"const": "application/json"},
    "partitionkey": {"type": "string", "description": "The customer, else the subject: its messages are in order."},
    "sequence": {
        "type": "string",
        "pattern": "^[0-9]{20}$",
        "description": "The place among all, in the order of commits: what is less is older.",
    },
    "customer": {"type": "string", "description": "The customer's pseudonym; missing where nobody's is known."},
}


def document() -> Json:
    reference = "#/components/messages/{}".format
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Frictionary",
            "version": version("frictionary"),
            "description": " ".join(ABOUT.split()),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": "frictionary.events",
                "description": "A subject, stream, queue or topic; a webhook's URL gets the same, one a request.",
                "messages": {kind: {"$ref": reference(kind)} for kind in KINDS},
            }
        },
        "operations": {"tell": {"action": "send", "channel": {"$ref": "#/channels/events"}}},
        "components": {
            "messages": {kind: _message(kind) for kind in KINDS},
            "schemas": {kind: schema(kind) for kind in KINDS},
        },
    }


def schema(kind: str) -> Json:
    """JSON Schema (draft 7, which AsyncAPI takes) of a message of that kind."""
    own = {"type": {"const": kind}, "dataschema": {"const": f"urn:frictionary:{kind}:{VERSION}"}, "data": _data(kind)}
    properties = ENVELOPE | own
    return {
        "type": "object",
        "required": [name for name in properties if name != "customer"],
        "properties": properties,
    }


def _message(kind: str) -> Json:
    return {
        "name": kind,
        "title": kind,
        "summary": _said(kind),
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"#/components/schemas/{kind}"},
    }


def _data(kind: str) -> Json:
    """More fields may come: readers leave aside what they do not know."""
    hints = get_type_hints(KINDS[kind], include_extras=True)
    names = [f.name for f in fields(KINDS[kind])]
    found = {name: _typed(hints[name].__origin__) | {"description": hints[name].__metadata__[0]} for name in names}
    return {"type": "object", "description": _said(kind), "required": names, "properties": found}


def _typed(kind: Any) -> Json:
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _typed(get_args(kind)[0])}
    if isinstance(kind, UnionType):
        return {"type": [PLAIN[one] for one in get_args(kind)]}
    return {"type": PLAIN[kind]}


def _said(kind: str) -> str:
    return " ".join((KINDS[kind].__doc__ or "").split())

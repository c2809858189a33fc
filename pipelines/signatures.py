"""Signatures of webhooks by Standard Webhooks: made by the sender, checked by whoever receives.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from nlp.errors import BadInput, BadSetting

PREFIX, VERSION = "whsec_", "v1"
TOLERANCE = 300
"""Seconds that a message's time may be away from the receiver's."""
LEAST = 24
"""Bytes of a secret, at least."""


def secret(text: str) -> bytes:
    """The bytes of "whsec_" and base64. Raises BadSetting, without showing it."""
    try:
        found = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) < LEAST:
        raise BadSetting(
            f"a webhook's secret is {PREFIX} and at least {LEAST} random bytes in base64: "
            f"echo {PREFIX}$(head -c 32 /dev/urandom | base64)"
        )
    return found


def sign(secrets: Iterable[bytes], id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers; while a secret is changed for another, one signature by each of them."""
    moment = int(at.timestamp())
    made = " ".join(f"{VERSION},{_signature(one, id, moment, body)}" for one in secrets)
    return {"webhook-id": id, "webhook-timestamp": str(moment), "webhook-signature": made}


def verify(
    secrets: Iterable[bytes], headers: Mapping[str, str], body: bytes, *, now: datetime, tolerance: float = TOLERANCE
) -> str:
    """The message's id, where one of the secrets signed this very body at about this time. `body`: as it came, not read
    and written again. Keep the ids of the last `tolerance` seconds and longer, and leave out what comes again.

    Raises BadInput for what is forged, changed, old, or of the future.
    """
    told = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not told.get(name)]
    if missing:
        raise BadInput(f"no webhook of ours: the header {missing[0]} is missing")
    id, moment = told["webhook-id"], told["webhook-timestamp"]
    if "." in id:  # what is signed is told apart by full stops: a part of the body could be taken for the time
        raise BadInput("webhook-id: an id without a full stop expected")
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        raise BadInput("webhook-timestamp: whole seconds since 1970 expected")
    given = [part.partition(",") for part in told["webhook-signature"].split()]
    signatures = [value.encode() for version, _, value in given if version == VERSION]
    wanted = [_signature(one, id, int(moment), body).encode() for one in secrets]
    found = [hmac.compare_digest(one, other) for one in signatures for other in wanted]
    if not any(found):
        raise BadInput("webhook-signature: made by no secret that is known here, or of another body")
    if abs(now.timestamp() - int(moment)) > tolerance:
        raise BadInput(f"webhook-timestamp: more than {tolerance:g} seconds away from now")
    return id


def _signature(secret: bytes, id: str, moment: int, body: bytes) -> str:
    signed = b".".join((id.encode(), str(moment).encode(), body))
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()

"""Webhooks are signed by Standard Webhooks: its own library agrees, and what is forged, changed or old is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from nlp.errors import BadInput, BadSetting
from pipelines.signatures import secret, sign, verify

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXT = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KEY, OTHER = secret(TEXT), b"another secret of thirty-two byt"
BODY = json.dumps({"type": "customer.changed", "data": {"stage": "exit", "über": "größer"}}).encode()


def test_what_is_signed_is_verified_and_tells_its_id() -> None:
    headers = sign([KEY], "evt_1", NOW, BODY)
    assert verify([KEY], headers, BODY, now=NOW) == "evt_1"
    assert verify([KEY], {name.title(): value for name, value in headers.items()}, BODY, now=NOW) == "evt_1"


def test_the_example_of_the_specification_is_signed_alike() -> None:
    key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body, at = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)
    headers = sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_of_the_specification_and_ours_verify_one_another() -> None:
    theirs, now = Webhook(TEXT), datetime.now(UTC)  # which the library asks for itself
    theirs.verify(BODY, sign([KEY], "evt_1", now, BODY))
    made = theirs.sign("evt_2", now, BODY.decode())
    headers = {
        "webhook-id": "evt_2",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": made,
    }
    assert verify([KEY], headers, BODY, now=now) == "evt_2"


def test_while_a_secret_is_changed_both_are_good() -> None:
    headers = sign([KEY, OTHER], "evt_1", NOW, BODY)
    assert verify([OTHER], headers, BODY, now=NOW) == "evt_1"
    assert verify([OTHER, KEY], sign([KEY], "evt_1", NOW, BODY), BODY, now=NOW) == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_what_is_old_or_of_the_future_is_refused(seconds: int) -> None:
    headers = sign([KEY], "evt_1", NOW - timedelta(seconds=seconds), BODY)
    with pytest.raises(BadInput, match="seconds away from now"):
        verify([KEY], headers, BODY, now=NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_without_a_header_nothing_is_verified(name: str) -> None:
    headers = sign([KEY], "evt_1", NOW, BODY)
    with pytest.raises(BadInput, match=name):
        verify([KEY], {key: value for key, value in headers.items() if key != name}, BODY, now=NOW)


def test_what_is_forged_or_changed_is_refused() -> None:
    good = sign([KEY], "evt_1", NOW, BODY)
    moment = good["webhook-timestamp"]
    forged = [
        (sign([OTHER], "evt_1", NOW, BODY), BODY),
        (good, BODY + b" "),
        (good, BODY.replace(b"exit", b"use!")),
        ({**good, "webhook-id": "evt_2"}, BODY),
        ({**good, "webhook-timestamp": str(int(moment) + 1)}, BODY),
        ({**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}, BODY),
        ({**good, "webhook-signature": good["webhook-signature"].removeprefix("v1,")}, BODY),
        ({**good, "webhook-signature": "v1,"}, BODY),
        ({**good, "webhook-signature": "v1, v1,AAAA v1,größe"}, BODY),
        ({**good, "webhook-timestamp": "nan"}, BODY),
        ({**good, "webhook-timestamp": f"{moment}.0"}, BODY),
        ({**good, "webhook-timestamp": "-1"}, BODY),
        ({**good, "webhook-timestamp": "9" * 400}, BODY),
        ({**good, "webhook-timestamp": "١٢"}, BODY),
    ]
    for headers, body in forged:
        with pytest.raises(BadInput, match="webhook-"):
            verify([KEY], headers, body, now=NOW)
    with pytest.raises(BadInput):
        verify([], good, BODY, now=NOW)


def test_an_id_and_a_body_cannot_be_shifted_into_one_another() -> None:
    headers = sign([KEY], "evt_1", NOW, b"2.rest")
    shifted = {**headers, "webhook-id": f"evt_1.{headers['webhook-timestamp']}", "webhook-timestamp": "2"}
    with pytest.raises(BadInput):
        verify([KEY], shifted, b"rest", now=datetime.fromtimestamp(2, UTC))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "not base64 at all", "whsec_é"])
def test_a_weak_secret_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(BadSetting, match="whsec_") as found:
        secret(text)
    assert not text.removeprefix("whsec_") or text.removeprefix("whsec_") not in str(found.value)

"""The settings' page: what may be changed here is, by the same doors as the API's; the rest says what changes it."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.dashboard.pages import render, router, store_of, taxonomy_of
from api.dashboard.who import who
from nlp.errors import BadInput, FrictionaryError
from nlp.redaction import KINDS
from nlp.routing import Routing
from pipelines import api_keys, sources
from pipelines.policy import policy
from pipelines.settings import Settings

DATA = {
    "ACCOUNT": "Bank accounts",
    "ADDRESS": "Addresses",
    "BIRTHDATE": "Dates of birth",
    "CARD": "Payment cards",
    "EMAIL": "E-mail addresses",
    "HANDLE": "Handles",
    "IBAN": "IBANs",
    "IP": "IP addresses",
    "NAME": "Names of people",
    "PHONE": "Phone numbers",
    "SECRET": "Passwords, keys and codes",
    "SSN": "National numbers",
    "URL_LOGIN": "Logins in web addresses",
}
DEEDS = {
    "mask": "masked",
    "hash": "masked, the same value alike",
    "drop": "dropped with its message",
    "withhold": "its conversation is not stored",
    "keep": "stays readable",
}
SECRET = ("key", "token", "secret", "password")
"""Last words of the names of settings that are not shown."""
Form = dict[str, list[str]]


@router.get("/settings")
def settings(request: Request) -> Response:
    return show(request)


def show(request: Request, status: int = 200, **more: Any) -> Response:
    """`why`: what was refused, `made`: a key's token, told once, `rules`: routing rules as somebody wrote them."""
    state, store = request.app.state, store_of(request)
    routing, annotator = state.desk.routing(fresh=True), state.desk.annotator
    admin = request.state.actor.may("admin")
    context = {
        "taxonomy": taxonomy_of(request),
        "model": annotator.version,
        "own": state.settings.model,
        "formats": sources.described(),
        "marks": store.marks.all(),
        "keys": store.api_keys.all() if admin else [],
        "admin": admin,
        "scopes": api_keys.SCOPES,
        "now": datetime.now(UTC),
        "routing": routing,
        "rules": json.dumps(routing.routing.named(), indent=2, ensure_ascii=False),
        "policy": policy(state.settings),
        "retention": state.settings.retention,
        "kinds": {DATA.get(kind, kind): kind for kind in sorted(KINDS)},
        "deeds": DEEDS,
        "values": told(state.settings),
        "who": who(request),
        "why": "",
        "made": "",
    }
    return render(request, "settings.html", status, **(context | more))


def told(settings: Settings) -> list[dict[str, str]]:
    """Every setting: keys name (of its variable), value ("set" or "empty" of a secret)."""
    rows = []
    for field in fields(Settings):
        value = getattr(settings, field.name)
        secret = field.name.rpartition("_")[2] in SECRET
        text = ("set" if value else "empty") if secret else _plain(str(value))
        rows.append({"name": f"FRICTIONARY_{field.name.upper()}", "value": text})
    return rows


def _plain(text: str) -> str:
    """Without the password of a URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return text.replace(f":{parts.password}@", ":…@") if parts.password else text


Act = Callable[[Request, Form], Response]


def act(path: str) -> Callable[[Act], Act]:
    """A form's route; what is refused is told on the page, beside what was written."""

    def decorate(do: Act) -> Act:
        async def done(request: Request) -> Response:
            form: Form = {}
            for name, value in (await request.form()).multi_items():
                form.setdefault(name, []).append(str(value))
            try:
                return do(request, form)
            except FrictionaryError as error:
                kept = {"rules": form["rules"][0]} if "rules" in form else {}
                return show(request, 400, why=str(error), **kept)

        router.post(path, name=do.__name__)(done)
        return do

    return decorate


@act("/settings/routing")
def route(request: Request, form: Form) -> Response:
    try:
        data = json.loads(_one(form, "rules"))
    except ValueError as error:
        raise BadInput(f"rules: not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadInput("rules: an object of default and rules expected")
    routing = Routing.of(data)
    if unknown := routing.unknown(taxonomy_of(request)):
        raise BadInput("; ".join(unknown[:3]))
    after = int(_one(form, "after")) if _one(form, "after").isdecimal() else None
    name = who(request, _one(form, "who"))
    if not name:
        raise BadInput("who changes the rules? give your name")
    store_of(request).routing.put(routing, at=datetime.now(UTC), who=name, note=_one(form, "note"), after=after)
    request.app.state.desk.routing(fresh=True)
    return RedirectResponse("/settings#routing", 303)


@act("/settings/keys")
def create(request: Request, form: Form) -> Response:
    days = _one(form, "days")
    if days and not days.isdecimal():
        raise BadInput(f"days = {days!r}: a whole number, or nothing for a key that does not expire")
    until = int(days) if days else None
    by, at = request.state.actor.id, datetime.now(UTC)
    key, token = api_keys.create(
        store_of(request), _one(form, "name"), form.get("scopes", []), by=by, at=at, days=until
    )
    request.state.subject = key.id
    return show(request, made=token)


@act("/settings/keys/rotate")
def rotate(request: Request, form: Form) -> Response:
    key, token = api_keys.rotate(store_of(request), _one(form, "id"), at=datetime.now(UTC))
    request.state.subject = key.id
    return show(request, made=token)


@act("/settings/keys/revoke")
def revoke(request: Request, form: Form) -> Response:
    key = api_keys.revoke(store_of(request), _one(form, "id"), at=datetime.now(UTC))
    request.state.subject = key.id
    return RedirectResponse("/settings#keys", 303)


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[0].strip()

"""People log in at an issuer of their company's, and may do what their role says."""

import importlib.util
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey, RSAKey

from api.app import create_app
from api.security.login import roles_told
from nlp.errors import BadSetting, UnknownName
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store

_spec = importlib.util.spec_from_file_location("issuer", Path(__file__).with_name("issuer.py"))
assert _spec is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)  # type: ignore[union-attr]
Issuer = _module.Issuer
HOME = "https://friction.example"
PAGE = {"accept": "text/html"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def browser(issuer: Issuer, store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    asked = replace(
        settings,
        auth="required",
        public_url=HOME,
        login_issuer=issuer.url,
        login_client="frictionary",
        login_claim="realm_access.roles",
        login_roles="viewer=support viewer=sales analyst=insights admin=platform",
        session_secret="a secret for tests",
    )
    return TestClient(create_app(store, asked, annotator), base_url=HOME, headers=PAGE, follow_redirects=False)


def begun(browser: TestClient, page: str = "/login") -> str:
    """The address at the issuer that a login leads to."""
    return str(browser.get(page).headers["location"])


class Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def through(address: str) -> str:
    """Where the issuer sends the browser back to, as path and query."""
    try:
        urllib.request.build_opener(Still).open(address, timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            back = urlsplit(answer.headers["location"])
            return f"{back.path}?{back.query}"
    raise AssertionError("the issuer did not redirect")


def log_in(browser: TestClient, issuer: Issuer, *roles: str, page: str = "/login"):  # type: ignore[no-untyped-def]
    issuer.claims |= {"realm_access": {"roles": list(roles)}}
    return browser.get(through(begun(browser, page)))


def test_a_browser_without_a_session_is_led_to_the_login_and_back_to_its_page(
    browser: TestClient, issuer: Issuer
) -> None:
    led = browser.get("/edits?theme=t1")
    assert led.status_code == 303
    answer = log_in(browser, issuer, "support", page=led.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/edits?theme=t1")
    assert browser.get("/edits").status_code == 200
    assert "Log out Ada" in re.sub(r"<[^>]+>", "", browser.get("/edits").text)


def test_programs_are_not_led_to_the_login(browser: TestClient) -> None:
    assert browser.get("/v1/overview").status_code == 401
    assert browser.get("/", headers={"accept": "*/*"}).status_code == 401
    assert browser.get("/", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_the_session_is_a_signed_cookie_that_no_script_and_no_other_site_gets(
    browser: TestClient, issuer: Issuer
) -> None:
    cookie = log_in(browser, issuer, "support").headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} >= {"httponly", "samesite=lax", "secure", "path=/"}
    value = browser.cookies["frictionary_session"]
    for forged in (value[:-2] + "xx", "e30=" + value[4:], "e30=", ""):
        browser.cookies.clear()
        browser.cookies.set("frictionary_session", forged, domain="friction.example")
        assert browser.get("/v1/overview").status_code == 401


@pytest.mark.parametrize(
    ("roles", "role"),
    [(("support",), "viewer"), (("sales", "insights"), "analyst"), (("support", "platform"), "admin")],
)
def test_the_greatest_role_that_the_claim_gives_counts(
    browser: TestClient, issuer: Issuer, roles: tuple[str, ...], role: str
) -> None:
    log_in(browser, issuer, *roles)
    assert browser.get("/v1/overview").status_code == 200
    may_edit = browser.post("/v1/edits", json={"kind": "pin", "theme": "none"}).status_code != 403
    may_rule = browser.get("/v1/keys").status_code == 200
    assert (may_edit, may_rule) == {"viewer": (False, False), "analyst": (True, False), "admin": (True, True)}[role]


def test_without_a_role_nobody_is_let_in(browser: TestClient, issuer: Issuer) -> None:
    answer = log_in(browser, issuer, "cleaning")
    assert answer.status_code == 403
    assert "no role" in answer.text
    assert browser.get("/v1/overview").status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1_000}, {"nonce": "x"}, {"sub": ""}],
    ids=lambda s: next(iter(s)),
)
def test_a_token_that_is_not_for_us_is_refused(browser: TestClient, issuer: Issuer, spoil: dict[str, object]) -> None:
    issuer.spoil = spoil
    assert log_in(browser, issuer, "platform").status_code == 403
    assert browser.get("/v1/overview").status_code == 401


def stranger(issuer: Issuer) -> None:
    issuer.key = RSAKey.generate_key(2048, {"kid": "first"})


def unsigned(issuer: Issuer) -> None:
    issuer.algorithm = "none"


def secret(issuer: Issuer) -> None:
    issuer.algorithm, issuer.offered = "HS256", ["HS256"]
    issuer.key = OctKey.import_key("a secret that both sides know by heart")


@pytest.mark.parametrize("spoil", [stranger, unsigned, secret])
def test_a_token_that_the_issuers_key_did_not_sign_is_refused(
    browser: TestClient, issuer: Issuer, spoil: Callable[[Issuer], None]
) -> None:
    spoil(issuer)
    assert log_in(browser, issuer, "platform").status_code == 403
    assert browser.get("/v1/overview").status_code == 401


def test_the_issuer_may_turn_its_keys(browser: TestClient, issuer: Issuer) -> None:
    assert log_in(browser, issuer, "support").status_code == 303
    issuer.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    issuer.keys = [issuer.key]
    browser.cookies.clear()
    assert log_in(browser, issuer, "support").status_code == 303


def test_a_login_that_another_browser_began_is_refused(browser: TestClient, issuer: Issuer) -> None:
    address = through(begun(browser))
    browser.cookies.clear()
    assert browser.get(address).status_code == 403
    assert browser.get("/login/callback?code=x&state=y").status_code == 403
    assert browser.get("/login/callback?error=access_denied").status_code == 403


def test_a_code_counts_once(browser: TestClient, issuer: Issuer) -> None:
    issuer.claims |= {"realm_access": {"roles": ["support"]}}
    address = through(begun(browser))
    assert browser.get(address).status_code == 303
    assert browser.get(address).status_code == 403


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_leads_on_to_pages_of_ours_alone(browser: TestClient, issuer: Issuer, next: str) -> None:
    issuer.claims |= {"realm_access": {"roles": ["support"]}}
    address = browser.get("/login", params={"next": next}).headers["location"]
    assert browser.get(through(address)).headers["location"] == "/"


def test_whoever_logs_out_is_out_and_no_other_site_can_log_them_out(browser: TestClient, issuer: Issuer) -> None:
    log_in(browser, issuer, "support")
    assert browser.post("/logout").status_code == 403
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[0]
    assert browser.post("/logout", data={"csrf_token": token}).status_code == 303
    assert browser.get("/v1/overview").status_code == 401


def test_an_edit_carries_the_name_of_whom_the_issuer_names_and_the_log_their_subject(
    browser: TestClient, issuer: Issuer, store: Store
) -> None:
    log_in(browser, issuer, "insights")
    said = {"kind": "note", "theme": "t1", "text": "x", "who": "somebody else"}
    assert browser.post("/v1/edits", json=said).json()["who"] == "Ada"
    assert [line.what for line in store.audits.page(who="person:7", limit=2)] == ["theme.edit", "person.login"]
    assert store.audits.page(who="person:7", limit=1)[0].subject == "t1"


def test_an_issuer_that_cannot_be_reached_or_calls_itself_otherwise_is_told(
    browser: TestClient, issuer: Issuer, store: Store, settings: Settings, annotator: Annotator
) -> None:
    issuer.name = "https://another.example"
    assert browser.get("/login").status_code == 503
    nowhere = replace(settings, public_url=HOME, login_client="x", login_issuer="http://127.0.0.1:9")
    client = TestClient(create_app(store, nowhere, annotator), base_url="http://localhost", follow_redirects=False)
    assert client.get("/login").status_code == 503


def test_without_an_issuer_there_is_no_login(client: TestClient) -> None:
    assert client.get("/login").status_code == 404
    assert "FRICTIONARY_LOGIN_ISSUER" in client.get("/login").json()["detail"]


def test_settings_of_a_login_that_cannot_be_are_told(store: Store, settings: Settings, annotator: Annotator) -> None:
    with pytest.raises(BadSetting, match="PUBLIC_URL"):
        create_app(store, replace(settings, login_issuer="https://x.example"), annotator)
    with pytest.raises(BadSetting, match="role=value"):
        roles_told("viewer")
    with pytest.raises(UnknownName, match="admin, analyst, viewer"):
        roles_told("viewers=x")
    assert roles_told("viewer=*")["viewer"] == {"*"}

"""Settings: one frozen object, read once at a door (command line, server) and handed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from nlp.errors import BadSetting, UnknownName

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each field is also an environment variable: FRICTIONARY_<FIELD IN CAPITALS>."""

    store: str = "sqlite:///frictionary.db"
    """Database URL: sqlite:///path.db or postgresql://user@host/name."""
    models: Path = ROOT / "models"
    """Folder of model cards and weights."""
    model: str = ""
    """Folder of your own intent model, written by `frictionary train intent`; the shipped one where empty."""
    reviewed: Path = Path("reviewed-model")
    """Folder of the intent model that learns from people's corrections (`frictionary review`), until it is served."""
    forecasts: str = ""
    """Folder of forecasts, written by `frictionary train forecasts`; rules speak where empty."""
    taxonomy: Path = ROOT / "corpora" / "taxonomy" / "support.toml"
    """Intents, stages and events."""
    events: str = ""
    """TOML file of what your own systems call events, scores and facts of customers; none where empty."""
    country: str = ""
    """Country (two letters of ISO 3166, such as GB) whose phone numbers your sources write without +, so that they are
    one with those written with it; numbers stay as they are written where empty."""
    linkage: bool = False
    """Keep keyed hashes of names, addresses and numbers, to find customers that are alike (`customers match`)."""
    corpora: Path = ROOT / "var" / "corpora"
    """Where public corpora lie or are downloaded to."""
    dead_letters: Path = Path("dead-letters.jsonl")
    """Records that could not be read go here, each with its reason."""
    key: str = ""
    """Secret for the keyed hash of customer identifiers, several apart by spaces, oldest first; made and kept in
    `key_file` where empty."""
    key_file: Path = Path("frictionary.key")
    """Where the made keys are kept, a line each, oldest first, readable by its owner alone."""
    privacy: str = ""
    """TOML file of the privacy policy: what becomes of personal data by type, field and source, and who has refused;
    everything is masked where empty."""
    retention: int = 0
    """Days that conversations and events are kept; each run forgets what is older. 0: for ever."""
    sinks: str = ""
    """TOML file of the systems that are told what happens; none where empty."""
    gazetteer: str = ""
    """CSV or TOML file of your own products, companies, competitors and places; none where empty."""
    entities: str = "patterns"
    """How entities are found: patterns, or full, which adds named-entity recognition (slower)."""
    names: bool = True
    """Mask person names in what is stored, by named-entity recognition; patterns are masked in any case."""
    maskers: int = 2
    """Processes beside the main one that mask large inputs; 0: none."""
    namer: str = ""
    """Base URL of an OpenAI-compatible server that may suggest themes' names from masked texts; none where empty."""
    namer_model: str = ""
    """Name of the model that the server at `namer` is asked for."""
    namer_key: str = ""
    """Bearer token for the server at `namer`, where it asks for one."""
    mail_server: str = "localhost:25"
    """SMTP server that sends reports, host:port; 465 is TLS from the start, others are asked for STARTTLS."""
    mail_user: str = ""
    """User at the mail server, where it asks for one."""
    mail_password: str = ""
    """Password of that user."""
    mail_from: str = ""
    """Sender of reports, an address."""
    report_secret: str = ""
    """Secret that signs reports to webhooks (Standard Webhooks: "whsec_" and base64); unsigned where empty."""
    report_hosts: str = ""
    """Hosts apart by spaces to which reports may go without https, or within your own network."""
    host: str = "127.0.0.1"
    """Address that the server listens on."""
    port: int = 8000
    """Port that the server listens on."""
    auth: str = "local"
    """Who needs a key or a login: local (nobody on this machine, which alone is served) or required (everybody)."""
    public_url: str = ""
    """Where people reach the server, such as https://friction.example.com; needed for logins."""
    login_issuer: str = ""
    """Address of an OpenID Connect issuer that people log in with; nobody can where empty."""
    login_client: str = ""
    """What the issuer calls this application: the client's id."""
    login_secret: str = ""
    """The client's secret, where the issuer gave it one."""
    login_claim: str = "roles"
    """Claim of a login that tells roles; one within others is written "realm_access.roles"."""
    login_roles: str = "viewer=viewer analyst=analyst admin=admin"
    """Which of the claim's values gives which role, as role=value apart by spaces; "viewer=*" for everybody."""
    session_secret: str = ""
    """Signs the cookies of sessions; made at each start where empty, so that people log in anew."""
    cors: str = ""
    """Origins, apart by spaces, whose pages may ask the API with a key; none where empty."""
    rate: int = 6_000
    """Requests a minute that a key or a person may make, unless the key says otherwise; 0 for any number."""
    quota: int = 0
    """Requests a day (UTC) that a key or a person may make, unless the key says otherwise; 0 for any number."""
    patience: float = 30.0
    """Seconds that the head of a request has to come in, and its body; a body one more for each 10 kB of it."""
    log: str = "warning"
    """From which level on the server tells what it does: debug, info (a line a request), warning, error."""
    workers: int = 0
    """Threads in which the server's models work: one for what is short, the others for what is heavy; 0: two."""
    max_wait: float = 0.1
    """Seconds that an ask in real time may wait for the models; what would wait longer is refused with 429."""
    traces: str = ""
    """OTLP address over HTTP, such as http://localhost:4318, of a collector that gets traces; none where empty."""
    deadline: float = 30.0
    """Seconds within which an ask in real time is answered, or else with 504."""
    drain: int = 30
    """Seconds that the server, told to end, gives to what it has begun."""
    jobs: str = "here"
    """Who does the long work that the API takes: here (the server), or elsewhere (`frictionary jobs work`)."""
    job_files: Path = Path("job-files")
    """Folder of the files that jobs make; kept for a day. Servers and workers of one store share it."""
    max_body: int = 50_000_000
    """Largest request body, in bytes."""
    max_record: int = 20_000_000
    """Largest single record of an input, in characters; a larger one becomes a dead letter."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> "Settings":
        """Read FRICTIONARY_* variables, then apply overrides that are not None. Raises BadSetting, UnknownName."""
        environment = os.environ if environment is None else environment
        known = {f.name: f for f in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in environment.items():
            if not variable.startswith("FRICTIONARY_"):
                continue
            name = variable.removeprefix("FRICTIONARY_").lower()
            if name not in known:
                raise UnknownName.of("setting", variable, [f"FRICTIONARY_{n.upper()}" for n in known])
            values[name] = _convert(variable, text, type(getattr(cls(), name)))
        values |= {name: value for name, value in overrides.items() if value is not None}
        return replace(cls(), **values)


def _convert(variable: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off", ""):
            return False
        raise BadSetting(f"{variable}={text!r}: use true or false")
    try:
        return Path(text) if issubclass(kind, Path) else kind(text)
    except ValueError as error:
        raise BadSetting(f"{variable}={text!r}: {kind.__name__} expected") from error

"""A small issuer of OpenID Connect that tests run: discovery, authorization with PKCE, tokens signed with its keys."""

import base64
import json
import secrets
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey


class Issuer:
    """Whoever asks is logged in at once as `claims` says. `spoil` changes a token's claims; `key` signs it."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "7", "name": "Ada"}
        self.spoil: dict[str, Any] = {}
        self.name: str | None = None
        self.algorithm = "RS256"
        self.offered = ["RS256", "none"]
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.key: Any = self.keys[0]
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> "Issuer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.name or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": self.offered,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(asked.get("code", ""), None)
        proof = sha256(asked.get("code_verifier", "").encode()).digest()
        if not begun or base64.urlsafe_b64encode(proof).decode().rstrip("=") != begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": begun["client_id"],
            "nonce": begun["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.claims,
            **self.spoil,
        }
        head = {"alg": self.algorithm, "kid": self.key.kid or "first"}
        if self.algorithm == "none":
            signed = f"{_part(head)}.{_part(claims)}."
        else:
            signed = jwt.encode(head, claims, self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, asked = urlsplit(self.path).path, _fields(urlsplit(self.path).query)
                if path == "/authorize":
                    self.send_response(302)
                    self.send_header("location", issuer.authorize(asked))
                    self.send_header("content-length", "0")
                    self.end_headers()
                elif path == "/keys":
                    self._tell(200, KeySet(issuer.keys).as_dict(private=False))
                else:
                    self._tell(200, issuer.metadata())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self._tell(*issuer.token(_fields(body)))

            def _tell(self, status: int, told: Any) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _part(told: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}

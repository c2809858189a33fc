"""Requests to other people's servers: only where they may go, in time, and told what became of them."""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import httpx2

from nlp.errors import BadSetting
from pipelines.sinks._protocol import Refused, Unavailable

WAIT = (301, 302, 303, 307, 308, 401, 402, 403, 404, 405, 406, 407, 408, 410, 421, 425, 429, 502, 503, 504)
"""Answers that speak of the door, not of the message: it waits until somebody mends that, or the server is back."""
MOST = 65_536
"""Bytes of an answer that are waited for."""
ANSWER = 200
"""Characters of an answer's reason that are kept."""
BUSY = 1.0
"""Seconds to wait for one that is asked too much and does not say how long."""
LONGEST = 3600.0
"""Seconds at most that an answer may have us wait."""


def check(url: str, allow: Collection[str]) -> str:
    """The URL, where it is https, or its host is among those allowed. Raises BadSetting."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"url={_shown(url)!r}: https://host/path expected")
    if parts.username or parts.password:
        raise BadSetting(f"url={_shown(url)!r}: no user and password here; give secrets by the environment")
    if parts.scheme == "http" and parts.hostname not in allow:
        raise BadSetting(f"url={_shown(url)!r}: https expected; plain http only to a host named in allow")
    return url


class Outward:
    """Posts to one URL. The host's addresses are looked up each time, and the one that was looked at is the one that is
    gone to: no name leads into our own network, unless its host is allowed by name."""

    def __init__(self, url: str, *, allow: Collection[str], timeout: float) -> None:
        self._url, self._allow = httpx2.URL(check(url, allow)), frozenset(allow)
        self._client = httpx2.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises Unavailable, Refused."""
        try:
            place = await self._place()
            request = self._client.build_request(
                "POST",
                self._url.copy_with(host=place),
                content=body,
                headers={**headers, "host": self._url.netloc.decode()},
                extensions={"sni_hostname": self._url.host},
            )
            answer = await self._client.send(request, stream=True)
            await _finish(answer)
        except (httpx2.HTTPError, OSError) as error:
            raise Unavailable(f"{self._url.host}: {type(error).__name__}: {error}"[:ANSWER]) from error
        _judge(answer)

    async def close(self) -> None:
        await self._client.aclose()

    async def _place(self) -> str:
        host, port = self._url.host, self._url.port or (443 if self._url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        places = [str(address[0]) for *_, address in found]
        if host not in self._allow and (inner := [place for place in places if not public(place)]):
            raise Unavailable(f"{host} is {inner[0]}, no public address; name the host in allow to go there")
        return places[0]


async def _finish(answer: httpx2.Response) -> None:
    """What it says is nothing to us, but a connection can be used again only when it has said it; not for ever."""
    size = 0
    try:
        async for part in answer.aiter_raw():
            size += len(part)
            if size > MOST:
                break
    finally:
        await answer.aclose()


def public(place: str) -> bool:
    """Whether an address is anybody's on the internet, by IANA's registries."""
    address = ipaddress.ip_address(place.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return public(str(mapped)) if mapped else address.is_global and not address.is_multicast


def _judge(answer: httpx2.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    reason = f"answered {status} {answer.reason_phrase}"[:ANSWER]
    if status == 410:
        reason += ": it wants no more; remove the sink"
    if status in WAIT:
        raise Unavailable(reason, wait=_wait(answer.headers.get("retry-after", ""), BUSY if status == 429 else 0.0))
    raise Refused(reason)


def _wait(text: str, least: float) -> float:
    return max(min(float(text), LONGEST) if text.isdecimal() else 0.0, least)


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

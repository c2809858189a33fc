"""What every answer tells a browser that it may do."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope

HEADERS = {
    # a figure that is saved as PNG passes through an image at a blob: address
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",  # "no-referrer" would hide our own origin from our own forms
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
HTTPS_ALONE = "max-age=31536000"


def add(scope: Scope, message: Message, *, https: bool) -> None:
    """`https`: people reach the server by https alone, and their browsers are to remember it."""
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if https:
        headers.setdefault("strict-transport-security", HTTPS_ALONE)
    if scope["path"].startswith("/v1"):
        headers.setdefault("cache-control", "no-store")

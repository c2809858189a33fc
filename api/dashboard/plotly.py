"""plotly.js as the installed plotly package brings it, kept by browsers until another version is installed."""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from fastapi.responses import Response

PATH = f"/dashboard/plotly-{version('plotly')}.min.js"


def answer(*, zipped: bool) -> Response:
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    if zipped:
        headers["content-encoding"] = "gzip"
    return Response(script(zipped=zipped), headers=headers, media_type="text/javascript")


@cache
def script(*, zipped: bool) -> bytes:
    plain = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return gzip.compress(plain, 6) if zipped else plain

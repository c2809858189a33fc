"""Colours that tell a figure: neighbours on a scale are told apart by whoever sees no red, no green or no blue."""

import re
from itertools import pairwise

import numpy as np
import pytest

from pipelines.settings import ROOT

STATIC = ROOT / "api" / "dashboard" / "static"
SEEN = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Linear RGB as it is seen: Machado, Oliveira and Fernandes 2009, https://doi.org/10.1109/TVCG.2009.113, severity 1."""
APART = 9.0
"""CIE 1976 difference; 2.3 is just noticeable."""
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def scales() -> dict[str, list[str]]:
    """Of friction, light and dark, and of the map's sentiment and time."""
    css, script = (STATIC / "style.css").read_text("utf-8"), (STATIC / "map" / "colours.js").read_text("utf-8")
    friction = list(dict.fromkeys(tuple(re.findall(r"--f\d: (#\w{6})", line)) for line in css.splitlines()))
    found = {f"friction {n}": list(scale) for n, scale in enumerate(scale for scale in friction if scale)}
    for name in ("FEELING", "TIME"):
        body = script.split(f"const {name} = ")[1].split("};")[0]
        for look, listed in re.findall(r"(light|dark): \[([^\]]+)\]", body):
            found[f"{name.lower()} {look}"] = re.findall(r"#\w{6}", listed)
    return found


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    ratio = XYZ @ np.clip(light, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_scales_are_read_off_the_files_that_the_browser_gets() -> None:
    assert [len(scale) for scale in scales().values()] == [5, 5, 7, 7, 7, 7]


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("scale", scales())
def test_neighbours_on_a_scale_are_told_apart(scale: str, eyes: str) -> None:
    seen = [lab(np.array(SEEN[eyes]) @ linear(colour)) for colour in scales()[scale]]
    near = [float(np.linalg.norm(one - two)) for one, two in pairwise(seen)]
    assert min(near) >= APART, near


@pytest.mark.parametrize("scale", ["friction 0", "friction 1"])
def test_more_friction_is_always_darker_or_always_lighter(scale: str) -> None:
    for eyes in SEEN.values():
        light = [float(lab(np.array(eyes) @ linear(colour))[0]) for colour in scales()[scale]]
        assert light in (sorted(light), sorted(light, reverse=True))

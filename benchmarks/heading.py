"""The head of every result: command, commit, date, machine."""

import os
import platform
import subprocess
from datetime import UTC, datetime


def heading(title: str, *, command: str, seed: int | None = None) -> str:
    """Markdown: the title and one line that says how the figures were made."""
    drawn = "" if seed is None else f" Seed {seed}."
    machine = f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    made = f"Commit {commit()}, {datetime.now(UTC):%Y-%m-%d}. {machine}.{drawn}"
    return f"# {title}\n\nCommand: `{command}`. {made}\n"


def commit() -> str:
    """Of what runs, and whether more than results has changed since."""
    changed = _git("status", "--porcelain", "--", ".", ":!benchmarks/results")
    return _git("describe", "--always") + (" with changes" if changed else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def processor() -> str:
    """The processor's model where the system tells it, with AVX-512 VNNI where it has it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return platform.machine()
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), "")
    return (model or platform.machine()) + (" with AVX-512 VNNI" if "avx512_vnni" in text else "")

"""Documents keep up with the code: everything there is to name is named, links lead somewhere, commands exist."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from api.commands import group
from benchmarks import sizing
from nlp.taxonomy import Taxonomy
from pipelines import sources
from pipelines.settings import ROOT, Settings

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "corpora" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\.venv/bin/)?frictionary [^`]+)`")
CALL = re.compile(r"(?:^|[|&;(]\s*)(?:\.venv/bin/)?frictionary((?:[ \t]+[^|&;#>\n]+)?)", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands() -> list[str]:
    return group.list_commands(click.Context(group))


def calls(page: str) -> Iterator[list[str]]:
    """The arguments of each `frictionary …` in a page's code."""
    for code in [*FENCE.findall(page), *INLINE.findall(page)]:
        for arguments in CALL.findall(code.replace("\\\n", " ")):
            yield shlex.split(arguments)


def refusal(arguments: list[str]) -> str:
    """Why the command line does not know these arguments; "" where it does."""
    known: click.Command = group
    path = ["frictionary"]
    for word in arguments:
        context = click.Context(known)
        if word.startswith("-") and word != "-":
            option = word.split("=")[0]
            names = {name for p in known.get_params(context) for name in (*p.opts, *p.secondary_opts)}
            if option not in names | {"--version"}:
                return f"{' '.join(path)} has no option {option}"
        elif isinstance(known, click.Group) and word.isidentifier() and word.islower():
            found = known.get_command(context, word)
            if found is None:
                return f"{' '.join(path)} has no command {word}"
            known, path = found, [*path, word]
    return ""


def test_every_setting_is_documented_with_its_variable() -> None:
    page = text("docs/settings.md")
    assert [f.name for f in fields(Settings) if f"`FRICTIONARY_{f.name.upper()}`" not in page] == []


def test_every_source_is_documented() -> None:
    page = text("docs/formats.md")
    assert [name for name in sources.known() if f"`{name}`" not in page] == []


def test_every_command_is_documented_and_shows_an_example() -> None:
    page = text("docs/cli.md")
    assert [name for name in commands() if f"`{name}`" not in page] == []
    context = click.Context(group)
    bare = [name for name in commands() if "Example" not in (group.get_command(context, name).help or "")]
    assert bare == []


def test_every_intent_stage_and_event_is_documented() -> None:
    page, taxonomy = text("docs/taxonomy.md"), Taxonomy.from_toml(Settings().taxonomy.read_text("utf-8"))
    names = [*taxonomy.intent_names, *taxonomy.stage_names, *taxonomy.events]
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [link.split("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def test_every_page_is_reached_from_the_readme_by_links() -> None:
    found, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page not in found and page.suffix == ".md" and page.is_file():
            found.add(page)
            waiting += [page.parent / link.split("#")[0] for link in LINK.findall(page.read_text("utf-8"))]
    assert set((ROOT / "docs").glob("*.md")) - found == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_in_a_page_exists_with_its_options(page: Path) -> None:
    assert [why for arguments in calls(page.read_text("utf-8")) if (why := refusal(arguments))] == []


def test_a_command_or_option_that_does_not_exist_is_told() -> None:
    page = (
        "```\necho hi | frictionary analyse\nfrictionary serve --prot 80\n.venv/bin/frictionary models show heads\n```"
    )
    assert [refusal(arguments) for arguments in calls(page)] == [
        "frictionary has no command analyse",
        "frictionary serve has no option --prot",
        "",
    ]


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert named - targets == set()


def test_the_figures_of_sizes_are_those_that_were_measured() -> None:
    assert sizing.figures() in text("docs/sizing.md"), "python -c 'from benchmarks import sizing; sizing.write()'"

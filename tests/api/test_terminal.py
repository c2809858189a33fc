"""A customer's text is shown on a terminal, and not obeyed by it."""

from io import StringIO

from rich.console import Console

from api.terminal import plain, table


def test_an_escape_sequence_in_a_message_does_not_reach_the_terminal() -> None:
    assert plain("help\x1b[2J\x07 me\r\nnow\u202e") == "help [2J me now"


def test_a_cell_that_looks_like_markup_is_shown_as_it_is() -> None:
    shown = StringIO()
    Console(file=shown, width=60).print(table({"theme": False, "n": True}, [("[red]lost[/]", 7), ("[/]", 12)]))
    cells = [line.split() for line in shown.getvalue().splitlines()]
    assert cells == [["theme", "n"], ["[red]lost[/]", "7"], ["[/]", "12"]]

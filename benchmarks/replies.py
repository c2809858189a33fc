"""What is left of a mail once its quoted history and signature are cut: by this project, and by libraries that do it.

The gold mails are as clients of ten languages send them (`corpora/gold/replies`). A library whose parts are to be put
together is asked for the text above the first quotation.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version

from benchmarks.heading import heading
from pipelines.settings import ROOT
from pipelines.sources._reply import new_text

GOLD = ROOT / "corpora" / "gold" / "replies" / "mails.toml"
RESULT = ROOT / "benchmarks" / "results" / "replies.md"
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da"]
"""Those of the gold mails that mail-parser-reply knows; it has no Portuguese."""


def mails() -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(GOLD.read_text("utf-8"))["mail"]
    return found


def ways() -> Iterator[tuple[str, Callable[[str], str]]]:
    import mailparser_reply
    import quotequail
    from email_reply_parser import EmailReplyParser

    def unwrapped(body: str) -> str:
        found = quotequail.unwrap(body)
        return str(found.get("text_top", "")) if found else body

    parser = mailparser_reply.EmailReplyParser(languages=LANGUAGES)
    yield "this project", new_text
    yield f"quotequail {version('quotequail')}", unwrapped
    yield f"mail-parser-reply {version('mail-parser-reply')}", lambda body: parser.parse_reply(text=body) or ""
    yield f"email-reply-parser {version('email-reply-parser')}", EmailReplyParser.parse_reply


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def row(name: str, cut: Callable[[str], str]) -> str:
    exact = whole = lost = left = own = others = 0
    for mail in mails():
        found, new = words(cut(mail["body"])), words(mail["new"])
        exact += found == new
        whole += not new - found
        own += new.total()
        others += (words(mail["body"]) - new).total()
        lost += (new - found).total()
        left += (found - new).total()
    shares = f"{lost / own:.1%} | {left / others:.1%}"
    return f"| {name} | {exact} | {whole} | {shares} |"


def main() -> None:
    head = heading("Replies: what a mail's writer wrote this time", command="python -m benchmarks.replies")
    lines = [
        head,
        f"{len(mails())} authored mails of {len({mail['client'] for mail in mails()})} kinds of clients in "
        f"{len({mail['language'] for mail in mails()})} languages, each with what is new in it. Exact: the new words "
        "and no others are kept. One author wrote the mails and this project's rules, and five rules were mended after "
        "the first scoring: on other people's mails expect less. The libraries do not all mean to cut signatures.",
        "",
        "| by | exact | nothing lost | own words lost | others' words and signatures left |",
        "|---|---|---|---|---|",
        *(row(name, cut) for name, cut in ways()),
        "",
    ]
    RESULT.write_text("\n".join(lines), "utf-8")
    print(RESULT.read_text("utf-8"))


if __name__ == "__main__":
    main()

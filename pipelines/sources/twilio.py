"""Twilio Conversational Intelligence: pages of a transcript's sentences, and the transcripts themselves."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from json import dumps, loads
from operator import itemgetter
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, by_words, call, offset, told
from pipelines.sources._records import Options, convert, json_records, mappings, open_text
from pipelines.sources._spool import Spool, blob, spool
from pipelines.sources._values import identifier, record, rows, zone

SID = re.compile(r"/Transcripts/(GT\w+)")
SAID = ("sentence_index", "media_channel", "start_time", "transcript")
OF_CALL = ("sid", "channel", "media_start_time", "date_created", "language_code")
"""What is kept of a sentence, and of a transcript: all else of a page is let go."""
PAGES = "pages (number INTEGER PRIMARY KEY, record, key, value)"
IN_ORDER = """SELECT first, number FROM (SELECT number, min(number) OVER (PARTITION BY key) AS first FROM pages)
ORDER BY first, number"""
PAGE = "SELECT record, value FROM pages WHERE number = ?"


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Sentences come in pages, without the call's parties and date, which the transcript resource has: records of one
    transcript, in whatever order, are one call. The sentences of a file wait on disk."""
    place = Place(path, 1, "twilio", options, zone(options.timezone))
    told(options)
    with spool(path, PAGES) as pages:
        with open_text(path) as stream:
            records = mappings(json_records(stream, options.max_record))
            numbered = ((n, raw if isinstance(raw, BadRecord) else (n, raw)) for n, raw in records)
            yield from convert(path, numbered, lambda found: _keep(pages, *found))
        yield from convert(path, _calls(pages), lambda found: transcript(replace(place, number=found[0]), found[1]))


def _keep(pages: Spool, number: int, page: Mapping[str, Any]) -> None:
    sid = _sid(page)
    facts = {"sid": sid} | {name: page[name] for name in OF_CALL if name in page and name != "sid"}
    sentences = [{name: one.get(name) for name in SAID} for one in rows(page.get("sentences"))]
    pages.run("INSERT INTO pages VALUES (NULL, ?, ?, ?)", (number, blob(sid or str(number)), dumps([facts, sentences])))


def _calls(pages: Spool) -> Iterator[tuple[int, tuple[int, dict[str, Any]]]]:
    """(number of its first record, that and all that its pages tell); of a fact that is told twice the first counts."""
    for _, numbers in groupby(pages.run(IN_ORDER), itemgetter(0)):
        found = [pages.run(PAGE, (number,)).fetchone() for _, number in numbers]
        told = [loads(value) for _, value in found]
        facts = {name: value for page, _ in reversed(told) for name, value in page.items()}
        first = found[0][0]
        yield first, (first, {**facts, "sentences": [one for _, sentences in told for one in sentences]})


def transcript(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call. Its date: when its media began, else the file's name or an option. Raises BadRecord."""
    parties = {str(one.get("channel_participant")): one for one in rows(record(raw.get("channel")).get("participants"))}
    order = sorted(rows(raw.get("sentences")), key=lambda one: offset(one.get("sentence_index"), "sentence_index") or 0)
    said = [_sentence(one, parties) for one in order]
    customer = next((one for one in parties.values() if by_words(str(one.get("role"))) is Speaker.CUSTOMER), {})
    return call(
        place,
        raw.get("sid"),
        said,
        stamps=[raw.get("media_start_time")],
        last=raw.get("date_created"),
        customer=_identifier(customer),
        metadata={
            "language": raw.get("language_code"),
            "people": [str(one["full_name"]) for one in parties.values() if one.get("full_name")],
        },
    )


def _sid(page: Mapping[str, Any]) -> str:
    told_by = record(page.get("meta")).get("url") or record(page.get("links")).get("sentences") or page.get("url")
    found = SID.search(str(told_by))
    return str(page.get("sid") or (found[1] if found else ""))


def _identifier(party: Mapping[str, Any]) -> str:
    """By e-mail or phone; some write the phone where the e-mail belongs."""
    email = str(party.get("email") or "")
    return (
        identifier("email", email) if "@" in email else identifier("phone", party.get("media_participant_id") or email)
    )


def _sentence(one: Mapping[str, Any], parties: Mapping[str, Mapping[str, Any]]) -> Utterance:
    """Said by the party of its channel, in the role that it was given, such as Customer."""
    channel = str(one.get("media_channel"))
    role = str(record(parties.get(channel)).get("role") or "")
    return Utterance(
        label=role or f"channel {channel}",
        text=str(one.get("transcript") or ""),
        at=offset(one.get("start_time"), "sentences.start_time"),
        role=by_words(role),
    )

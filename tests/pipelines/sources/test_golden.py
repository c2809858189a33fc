"""Every format's golden files, in the vendor's own shape with invented texts: what they are taken for, and become.

Beside each file lies `NAME.expected`: a line a conversation (id, channel, start, customer), a line of its metadata, a
line a turn, and what was left out on purpose.
"""

import json
from pathlib import Path

import pytest

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.sources import DeadRecord, Options

GOLDEN = Path(__file__).parent / "golden"
DOCS = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
SHAPES = {
    "zendesk": "https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports",
    "intercom": "https://github.com/singer-io/tap-intercom",
    "freshdesk": "https://github.com/singer-io/tap-freshdesk",
    "mail": "https://www.rfc-editor.org/rfc/rfc5322",
    "chatwoot": "https://github.com/chatwoot/chatwoot",
    "helpscout": "https://developer.helpscout.com/mailbox-api/endpoints/conversations/get",
    "transcribe": "https://docs.aws.amazon.com/transcribe/latest/dg/tca-output-batch.html",
    "contactlens": "https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html",
    "deepgram": "https://developers.deepgram.com/docs/utterances",
    "assemblyai": "https://www.assemblyai.com/docs/pre-recorded-audio/multichannel",
    "whisper": "https://github.com/openai/whisper",
    "genesys": "https://developer.genesys.cloud/analyticsdatamanagement/speechtextanalytics/transcript-url",
    "twilio": "https://www.twilio.com/docs/conversational-intelligence/api/transcript-sentence-subresource",
    "insights": "https://cloud.google.com/contact-center/insights/docs/conversation-data-format",
    "srt": "https://github.com/openai/whisper",
    "transcript": "a convention, not a vendor's",
    "reddit": "https://github.com/reddit-archive/reddit/wiki/JSON",
    "mastodon": "https://docs.joinmastodon.org/entities/Status",
    "bluesky": "https://docs.bsky.app/docs/tutorials/viewing-threads",
    "youtube": "https://developers.google.com/youtube/v3/docs/commentThreads",
    "appstore": "https://developer.apple.com/documentation/appstoreconnectapi/get-v1-apps-_id_-customerreviews",
    "googleplay": "https://developers.google.com/android-publisher/reply-to-reviews",
}
"""Where the shape of each format is described in public."""
FILES = {
    "zendesk-export.jsonl": "zendesk",
    "zendesk-pages.jsonl": "zendesk",
    "intercom.jsonl": "intercom",
    "freshdesk.json": "freshdesk",
    "chatwoot-list.json": "chatwoot",
    "chatwoot-messages.json": "chatwoot",
    "helpscout.json": "helpscout",
    "mail-takeout.mbox": "mail",
    "transcribe-20240501T0930Z.json": "transcribe",
    "contactlens-voice.json": "contactlens",
    "contactlens-chat.json": "contactlens",
    "deepgram-call_2024-05-01_08-15.json": "deepgram",
    "assemblyai-20240501.json": "assemblyai",
    "whisper-2024-05-01.json": "whisper",
    "whisperx-2024-05-01.json": "whisper",
    "genesys.json": "genesys",
    "twilio.jsonl": "twilio",
    "insights-0042.json": "insights",
    "insights-resource.json": "insights",
    "srt-2024-05-01.srt": "srt",
    "transcript.call.txt": "transcript",
    "reddit-thread.json": "reddit",
    "mastodon-context.json": "mastodon",
    "bluesky-thread.json": "bluesky",
    "bluesky-feed.json": "bluesky",
    "youtube.json": "youtube",
    "appstore-api.json": "appstore",
    "appstore-feed.json": "appstore",
    "googleplay-api.json": "googleplay",
    "googleplay-report.csv": "googleplay",
}


def shown(path: Path, options: Options) -> str:
    """A file's conversations as the expectations write them."""
    lines: list[str] = []
    for found in sources.read(path, options):
        assert isinstance(found, Conversation), str(found)
        lines.append(f"{found.id} {found.channel} {found.started_at.isoformat()} {found.customer}".rstrip())
        lines.append("  " + " ".join(f"{name}={value}" for name, value in found.metadata.items()))
        for turn in found.turns:
            at = turn.at.isoformat(timespec="milliseconds")[11:23] if turn.at else "-"
            lines.append(f"  {turn.speaker} {at} {' / '.join(turn.text.split(chr(10))).replace(' /  / ', ' / ')}")
    if options.skipped:
        lines.append("skipped: " + " ".join(f"{why}={count}" for why, count in sorted(options.skipped.items())))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("name", "format"), FILES.items())
def test_a_file_in_the_vendors_own_shape_is_known_and_read_in_full(name: str, format: str) -> None:
    path = GOLDEN / name
    assert sources.guess(path)[0] == format
    assert shown(path, Options(company="Acme")) == path.with_suffix(".expected").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "format", "page"),
    [
        ("insights-resource.json", "insights", "conversations"),
        ("freshdesk.json", "freshdesk", "tickets"),
        ("freshdesk.json", "freshdesk", "results"),
    ],
)
def test_the_same_on_a_page_of_the_api_is_known_and_read_as_alone(
    name: str, format: str, page: str, tmp_path: Path
) -> None:
    held = json.loads((GOLDEN / name).read_text("utf-8"))
    for record in held if isinstance(held, list) else [held]:
        record.pop("description_text", None)  # lists are asked for without it
    (tmp_path / "alone.json").write_text(json.dumps(held), "utf-8")
    whole = {page: held if isinstance(held, list) else [held], "next_page_token": ""}
    (tmp_path / "page.json").write_text(json.dumps(whole), "utf-8")
    assert sources.guess(tmp_path / "page.json")[0] == format
    read = list(sources.read(tmp_path / "page.json"))
    assert read == list(sources.read(tmp_path / "alone.json", format=format))
    assert all(isinstance(one, Conversation) for one in read)


def test_a_conversation_of_the_insights_api_without_its_transcript_says_how_to_ask_for_it(tmp_path: Path) -> None:
    resource = json.loads((GOLDEN / "insights-resource.json").read_text("utf-8"))
    del resource["transcript"]
    (tmp_path / "page.json").write_text(json.dumps({"conversations": [resource]}), "utf-8")
    (dead,) = sources.read(tmp_path / "page.json")
    assert isinstance(dead, DeadRecord)
    assert (dead.field, dead.reason) == ("transcript", "no entries and no transcript: ask the API for view=FULL")


def test_the_docs_name_each_golden_file_beside_its_format() -> None:
    rows = [line for line in DOCS.splitlines() if line.startswith("| `")]
    missing = [n for n, of in FILES.items() if not any(f"`{of}`" in row and f"`{n}`" in row for row in rows)]
    assert missing == []
    named = {name for name in sources.known() if not any(f"`{name}`" in row and "erified" in row for row in rows)}
    assert named <= {"table", "threads", "transcript", "customers", "events", "scores"}


@pytest.mark.parametrize(("format", "shape"), SHAPES.items())
def test_the_docs_name_where_a_formats_shape_is_described_or_call_it_unverified(format: str, shape: str) -> None:
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{format}` |"))
    assert shape in DOCS or "unverified" in row

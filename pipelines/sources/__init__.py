"""Readers of files, one module a format: guessed from a file or opened by name, on demand."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord, UnknownName
from pipelines.sources._inputs import check, damage, digest, exists, files, named, open_text
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._remote import address
from pipelines.sources._seen import Seen
from pipelines.sources._shape import shape
from pipelines.sources._values import CHANGED, IDENTIFIERS, Contact, Same, identified

__all__ = [
    "CHANGED",
    "IDENTIFIERS",
    "Contact",
    "DeadRecord",
    "Options",
    "Record",
    "Same",
    "address",
    "changed",
    "described",
    "digest",
    "exists",
    "files",
    "guess",
    "identified",
    "known",
    "read",
    "stated",
]

Record = Conversation | Contact | Same | Event
CONTACT = {"name", "email", "handle", "phone"}
DATED = {"date", "created_at"}
SCORES = {"nps", "csat", "ces", "nps_score", "csat_score", "ces_score", "effort_score", "satisfaction_score"}
ASKED = {"customer", "customer_id", "user_id", "contact_id", "email", "phone"}
SAID = {"text", "body", "message", "description", "subject", "narrative", "date", "created_at"}
FRESHDESK = ("responder_id", "description_text", "fr_escalated", "conversations.incoming", "conversations.private")
MARKS = (
    ("threads", ("dialogContent", "turns", "messages.speaker", "messages.role", "messages.text", "messages.content")),
    ("x", ("data.author_id", "data.conversation_id", "data.in_reply_to_user_id", "data.edit_history_tweet_ids")),
    (
        "transcribe",
        ("Transcript.ParticipantRole", "Transcript.LoudnessScores", "Transcript.BeginOffsetMillis", "JobName"),
    ),
    (
        "contactlens",
        (
            "Transcript.ParticipantId",
            "Transcript.AbsoluteTime",
            "Participants.ParticipantId",
            "CustomerMetadata.ContactId",
        ),
    ),
    ("deepgram", ("results.channels", "results.channels.alternatives", "results.utterances", "metadata.request_id")),
    ("assemblyai", ("utterances.speaker", "audio_duration", "audio_url", "acoustic_model", "language_code")),
    ("whisper", ("segments.start", "segments.text", "segments.seek", "segments.words", "word_segments.word")),
    ("genesys", ("transcripts.phrases", "participants.participantPurpose", "conversationStartTime")),
    ("twilio", ("sentences.media_channel", "sentences.sentence_index", "channel.participants", "media_start_time")),
    (
        "insights",
        (
            "entries.start_timestamp_usec",
            "entries.role",
            "conversation_info.categories",
            "transcript.transcriptSegments",
            "dataSource.gcsSource",
            *("conversations.transcript.transcriptSegments", "conversations.dataSource.gcsSource"),
        ),
    ),
    ("reddit", ("kind=Listing", "data.children", "data.children.data.subreddit", "subreddit", "link_id", "selftext")),
    (
        "mastodon",
        tuple(f"{path}account.acct" for path in ("", "statuses.", "ancestors.", "descendants.", "status.")),
    ),
    (
        "bluesky",
        ("posts.record", "feed.post.record", "thread.post.record", "record.createdAt", "records.value.createdAt"),
    ),
    ("youtube", ("items.snippet.topLevelComment", "items.snippet.textDisplay", "snippet.topLevelComment")),
    ("appstore", ("data.attributes.reviewerNickname", "data.type=customerReviews", "feed.entry.im:rating")),
    ("googleplay", ("reviews.comments.userComment", "reviews.reviewId", "comments.userComment", "reviewId")),
    (
        "segment",
        (
            *("type=identify", "type=track", "type=alias", "anonymousId", "messageId", "properties", "traits"),
            *("batch.anonymousId", "batch.messageId", "batch.type=track", "batch.type=identify"),
        ),
    ),
    (
        "zendesk",
        (
            *("requester_id", "requester", "submitter_id", "via", "via.channel", "comments.author_id"),
            *("tickets.requester_id", "ticket.requester_id", "tickets.via", "ticket.via", "end_of_stream"),
            *("users.role=end-user", "comments.html_body", "results.requester_id"),
        ),
    ),
    (
        "intercom",
        (
            *("type=conversation", "source.delivered_as", "admin_assignee_id", "contacts.type=contact.list"),
            *("conversation_parts", "conversation_parts.part_type", "conversation_parts.conversation_parts.part_type"),
            *("conversations.source.delivered_as", "conversations.contacts", "conversations.conversation_parts"),
        ),
    ),
    (
        "freshdesk",
        (
            *("responder_id", "description_text", "fwd_emails", "is_escalated", "fr_escalated"),
            *("conversations.incoming", "conversations.body_text", "conversations.private"),
            *(f"{page}.{field}" for page in ("results", "tickets") for field in FRESHDESK),
        ),
    ),
    (
        "chatwoot",
        (
            *("messages.message_type", "meta.sender", "inbox_id", "account_id", "payload.message_type"),
            *("payload.inbox_id", "data.payload.messages.message_type", "data.payload.meta", "data.payload.inbox_id"),
        ),
    ),
    (
        "helpscout",
        (
            *("_embedded.threads", "primaryCustomer", "primary_customer", "mailboxId", "mailbox_id"),
            *("_embedded.conversations", "_embedded.conversations.primaryCustomer"),
        ),
    ),
)
"""Paths of keys (or path=value) that a format's records have (see `_shape`): the format with the most of them it is."""

MAILBOX = re.compile(r"From [^\n]*\d{4}\s*\n[A-Za-z-]+:")
HEADERS = re.compile(
    r"(?:Return-Path|Received|Delivered-To|Message-I[Dd]|MIME-Version|Date|From|Subject|X-[\w-]+):[^\n]*\n"
    r"(?=(?:[^\n]+\n){0,99}?From:)(?=(?:[^\n]+\n){0,99}?(?:Date|Message-I[Dd]):)"
)
SUBTITLE = re.compile(r"\d+[ \t]*\r?\n\d+:\d\d:\d\d[,.]\d+ *-->")
SPOKEN = re.compile(
    r"^(?:[\[(]?\d[\d:.,]*[\])]?\s*)?\[?[A-Z][\w .'-]{0,40}\]?(?: [\[(][\d:]+[\])])?:\s+\S", re.MULTILINE
)


def known() -> list[str]:
    """The formats: the files of this folder."""
    return list(_known())


@cache
def _known() -> tuple[str, ...]:
    """Looked up once: a folder of calls is read by a file each."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))


def described() -> dict[str, str]:
    """Each format and what it is: the first line of its file."""
    folder = Path(__file__).parent
    said = {name: ast.get_docstring(ast.parse((folder / f"{name}.py").read_text("utf-8"))) or "" for name in known()}
    return {name: text.partition("\n")[0] for name, text in said.items()}


def guess(path: Path) -> tuple[str, str]:
    """(format, why) from the file's name and its first 64 K characters. Raises BadInput where nothing fits."""
    suffix = named(path).suffix.lower()
    if suffix in (".parquet", ".xlsx", ".xlsm"):
        return "table", f"the name ends in {suffix}"
    check(path)
    with open_text(path) as stream:
        head = stream.read(1 << 16).lstrip("\ufeff \r\n\t")
    if suffix in (".csv", ".tsv"):
        return _of_header(head.partition("\n")[0], suffix)
    if head.startswith("WEBVTT") or suffix == ".vtt":
        return "webvtt", "it begins with WEBVTT" if head.startswith("WEBVTT") else "the name ends in .vtt"
    if suffix == ".srt" or SUBTITLE.match(head):
        return "srt", "the name ends in .srt" if suffix == ".srt" else "it begins with a subtitle's number and time"
    if suffix in (".eml", ".mbox") or MAILBOX.match(head) or HEADERS.match(head):
        return "mail", f"the name ends in {suffix}" if suffix in (".eml", ".mbox") else "it begins as a mail does"
    if suffix == ".txt" and len(SPOKEN.findall(head)) > 1:
        return "transcript", "its lines are of the form Name: text"
    if head[:1] in ("{", "[") and (found := _of_shape(shape(head), suffix)):
        return found
    if not head:
        raise BadInput(f"{address(path)}: the file is empty")
    raise BadInput(f"{address(path)}: its format cannot be guessed; name one of: {', '.join(known())}")


def _of_shape(paths: set[str], suffix: str) -> tuple[str, str] | None:
    found = {name: [mark for mark in marks if mark in paths] for name, marks in MARKS}
    best = max(found, key=lambda name: len(found[name]))
    if found[best]:
        return best, f"it has the field {found[best][0]}"
    return ("table", "it is JSON lines of no known shape") if suffix in (".jsonl", ".ndjson") else None


def _of_header(line: str, suffix: str) -> tuple[str, str]:
    columns = {name.strip(' "\r').lower() for name in re.split(r"[,;\t]", line.replace("\x00", ""))}
    if columns >= {"customer", "event", "at"}:
        return "events", "its columns are customer, event, at"
    plainly = {re.sub(r"\W+", "_", name) for name in columns}
    if (plainly & SCORES or plainly >= {"survey", "score"}) and plainly & ASKED and not columns & (SAID - DATED):
        return "scores", f"it has scores and {', '.join(sorted(plainly & ASKED))}, and no text"
    if "review submit date and time" in columns:
        return "googleplay", "it has the column Review Submit Date and Time"
    if columns & {"id", "customer_id", "contact_id"} and len(columns & CONTACT) > 1 and not columns & (SAID - DATED):
        return "customers", f"its columns are id, {', '.join(sorted(columns & CONTACT))} and no text"
    return "table", f"the name ends in {suffix}"


def stated(talk: Conversation) -> datetime | None:
    """When its source says that a conversation last changed, if it does."""
    told = talk.metadata.get(CHANGED)
    return datetime.fromisoformat(told) if told else None


def changed(talk: Conversation) -> datetime:
    """When a conversation last changed: as its source says, else when the last was said, else when it began."""
    return stated(talk) or max((turn.at for turn in talk.turns if turn.at), default=talk.started_at)


def read(path: Path, options: Options | None = None, *, format: str | None = None) -> Iterator[Record | BadRecord]:
    """Stream a file's conversations, contacts or events; what cannot be read is yielded as a DeadRecord, never raised.

    Of two records with one id the first is kept. Raises UnknownName, BadInput (no such file, no guess), BadSetting.
    """
    name = format or guess(path)[0]
    if name not in known():
        raise UnknownName.of("format", name, known())
    reader = importlib.import_module(f"pipelines.sources.{name}")
    seen = Seen()
    for position, found in enumerate(reader.read(path, options or Options()), start=1):
        if not isinstance(found, Conversation) or seen.add(found.id):
            yield found
        else:
            yield DeadRecord("a second record with this id; the first is kept", "id", found.id, str(path), position)
    if reason := damage(path):
        yield DeadRecord(reason, file=str(path))

"""Posts and reviews: whose conversation a post is, who the company is, and what is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.conversation import Conversation, Speaker
from pipelines import sources
from pipelines.sources import DeadRecord, Options
from pipelines.sources._reviews import worded


def read(folder: Path, content: Any, format: str, **options: Any) -> list[Conversation]:
    path = folder / "posts.jsonl"
    path.write_text("\n".join(map(json.dumps, content)), "utf-8")
    found = list(sources.read(path, Options(**options), format=format))
    assert not [str(one) for one in found if isinstance(one, DeadRecord)]
    return [one for one in found if isinstance(one, Conversation)]


def toot(id: int, author: str, text: str, *, to: int | None = None, **more: Any) -> dict[str, Any]:
    mentions = [{"acct": word[1:]} for word in text.split() if word.startswith("@")]
    return {
        "id": str(id),
        "created_at": f"2024-05-01T10:{id:02}:00Z",
        "in_reply_to_id": str(to) if to else None,
        "content": f"<p>{text}</p>",
        "account": {"acct": author, "url": f"https://a.example/@{author}", **more.pop("account", {})},
        "mentions": mentions,
        **more,
    }


def texts(found: list[Conversation]) -> list[list[tuple[str, str]]]:
    return [[(turn.speaker, turn.text) for turn in one.turns] for one in found]


def test_each_author_of_a_thread_has_a_conversation_with_the_answers_to_them(tmp_path: Path) -> None:
    thread = [
        toot(1, "ann@b", "@acme@a.example it broke"),
        toot(2, "bob@b", "mine too @acme@a.example", to=1),
        toot(3, "acme", "sorry, Ann", to=1),
        toot(4, "acme", "sorry, Bob", to=2),
        toot(5, "ann@b", "thanks", to=3),
        toot(6, "helper@b", "noted", to=2, account={"bot": True}),
    ]
    found = read(tmp_path, thread, "mastodon")
    assert texts(found) == [
        [("customer", "@acme@a.example it broke"), ("agent", "sorry, Ann"), ("customer", "thanks")],
        [("customer", "mine too @acme@a.example"), ("agent", "sorry, Bob"), ("bot", "noted")],
    ]
    assert [one.customer for one in found] == ["id:mastodon/ann@b", "id:mastodon/bob@b"]
    assert [one.metadata.get("thread") for one in found] == [None, "1"]


def test_on_x_too_each_author_of_a_thread_is_a_customer_of_their_own(tmp_path: Path) -> None:
    def post(id: int, author: str, text: str, *, to: int | None = None) -> dict[str, Any]:
        refers = [{"type": "replied_to", "id": str(to)}] if to else []
        moment = {"created_at": f"2024-05-01T10:{id:02}:00Z", "conversation_id": "1", "referenced_tweets": refers}
        return {"id": str(id), "author_id": author, "text": text, **moment}

    pages = [
        {"data": [post(1, "a", "@acme it broke"), post(2, "b", "@acme mine too", to=1)]},
        {"data": [post(3, "c", "sorry, Bob", to=2), post(4, "d", "same here @acme", to=1)]},
        {
            "data": [],
            "includes": {
                "users": [{"id": id, "username": name} for id, name in (("a", "Ann"), ("b", "Bob"), ("c", "Acme"))]
            },
        },
    ]
    found = read(tmp_path, pages, "x")
    assert texts(found) == [
        [("customer", "@acme it broke")],
        [("customer", "@acme mine too"), ("agent", "sorry, Bob")],
        [("customer", "same here @acme")],
    ]
    assert [one.customer for one in found] == ["x:ann", "x:bob", "id:x/d"]
    assert [one.metadata.get("thread") for one in found] == [None, "1", "1"]


def test_whom_one_author_alone_speaks_to_is_not_taken_for_the_company(tmp_path: Path) -> None:
    chat = [toot(1, "ann@b", "@bob@b lunch?"), toot(2, "bob@b", "yes @ann@b", to=1)]
    assert [one.metadata.get("company") for one in read(tmp_path, chat, "mastodon")] == [None, None]
    told = read(tmp_path, chat, "mastodon", company="Bob")
    assert texts(told) == [[("customer", "@bob@b lunch?"), ("agent", "yes @ann@b")]]


def test_replies_in_a_circle_are_read(tmp_path: Path) -> None:
    circle = [toot(1, "ann@b", "one", to=2), toot(2, "acme", "two", to=1), toot(3, "acme", "three", to=3)]
    found = read(tmp_path, circle, "mastodon", company="acme")
    assert sorted(text for talk in texts(found) for _, text in talk) == ["one", "three", "two"]


def test_an_archives_lines_are_read_as_the_api_is(tmp_path: Path) -> None:
    lines = [
        {
            "id": "k2",
            "body": "Same &amp; worse",
            "author": "Bo",
            "link_id": "t3_a",
            "parent_id": "t3_a",
            "created_utc": 9e8,
        },
        {
            "id": "a",
            "title": "Broken",
            "selftext": "",
            "author": "[deleted]",
            "created_utc": "899999999",
            "subreddit": "s",
        },
        {
            "id": "b",
            "title": "Gone",
            "selftext": "[removed]",
            "author": "Cy",
            "created_utc": 899999999,
            "subreddit": "s",
        },
    ]
    options = Options()
    path = tmp_path / "RC.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert sources.guess(path)[0] == "reddit"
    found = [one for one in sources.read(path, options) if isinstance(one, Conversation)]
    assert [(one.id, one.customer) for one in found] == [("reddit:t3_a", ""), ("reddit:t1_k2", "id:reddit/bo")]
    assert found[1].turns[0].text == "Same & worse"
    assert options.skipped == {"deleted": 1}


def test_a_record_of_a_repository_is_known_by_its_did(tmp_path: Path) -> None:
    uri = "at://did:plc:ann/app.bsky.feed.post/3k"
    value = {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": "2024-05-01T10:00:00Z"}
    (found,) = read(tmp_path, [{"records": [{"uri": uri, "cid": "b", "value": value}]}], "bluesky")
    assert found.customer == "id:bluesky/did:plc:ann"
    assert "did" not in found.id


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("Bad", "It crashes", "Bad\n\nIt crashes"),
        ("It cras…", "It crashes", "It crashes"),
        ("", "It crashes", "It crashes"),
        ("Bad", "", "Bad"),
        (" ", "", ""),
    ],
)
def test_a_reviews_title_is_told_once(title: str, body: str, text: str) -> None:
    assert worded(title, body) == text


def test_an_answer_that_is_not_yet_public_is_left_out(tmp_path: Path) -> None:
    review = {
        "id": "r",
        "type": "customerReviews",
        "attributes": {"rating": 1, "body": "Slow", "createdDate": "2024-05-01T10:00:00Z"},
        "relationships": {"response": {"data": {"id": "a"}}},
    }
    answer = {"id": "a", "attributes": {"responseBody": "Soon", "state": "PENDING_PUBLISH"}}
    (found,) = read(tmp_path, [{"data": [review], "included": [answer]}], "appstore")
    assert [turn.speaker for turn in found.turns] == [Speaker.CUSTOMER]

"""Whoever refuses is not kept, whatever record says it and in any order; what was stored before is forgotten."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Conversation
from nlp.errors import BadSetting
from pipelines import sources
from pipelines.consent import Door, opt_out, told
from pipelines.forgetting import allow, forget
from pipelines.ingest import IngestReport, ingest
from pipelines.keeping import keep
from pipelines.policy import EVERYTHING_MASKED, Policy, read
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Options
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.privacy import Refusal

COLUMNS = {"id": "id", "text": "text", "customer": "email", "started_at": "date", "metadata": ["consent"]}
MAPPED = Options(mapping=COLUMNS)
THREADS = [
    ("1", "email:ann@example.com", {"consent": "yes"}),
    ("2", "email:bob@example.com", {"consent": "No"}),
    ("3", "email:cas@example.com", {}),
]


def threads(tmp_path: Path, rows: list[tuple[str, str, dict[str, str]]] = THREADS) -> Path:
    path = tmp_path / "talks.csv"
    lines = [
        f"{id},{who.split(':')[1]},2026-03-02,It broke again,{facts.get('consent', '')}" for id, who, facts in rows
    ]
    path.write_text("\n".join(["id,email,date,text,consent", *lines]))
    return path


def taken(
    store: Store, tmp_path: Path, *paths: Path, found: Policy = EVERYTHING_MASKED, key: bytes = b"k"
) -> IngestReport:
    settings = Settings(dead_letters=tmp_path / "dead.jsonl")
    protect = Protector(key, names=False, policy=found)
    return ingest(list(paths), store=store, protect=protect, settings=settings, options=MAPPED)


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "privacy.toml"
    path.write_text(text)
    return read(path)


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_store(str(tmp_path / "store.db")) as opened:
        yield opened


def test_a_conversation_that_refuses_is_withheld_and_counted(store: Store, tmp_path: Path) -> None:
    report = taken(store, tmp_path, threads(tmp_path), found=policy(tmp_path, '[consent]\nfield = "consent"'))
    assert (report.added, report.withheld) == (2, 1)
    assert store.conversations.count() == 2


def test_consent_that_is_withdrawn_later_takes_the_conversation_out(store: Store, tmp_path: Path) -> None:
    found = policy(tmp_path, '[consent]\nfield = "consent"')
    taken(store, tmp_path, threads(tmp_path, [("1", "email:ann@example.com", {"consent": "yes"})]), found=found)
    report = taken(store, tmp_path, threads(tmp_path, [("1", "email:ann@example.com", {"consent": "no"})]), found=found)
    assert (report.withheld, store.conversations.count()) == (1, 0)
    assert [one.what for one in store.audits.page()] == ["privacy.forget"]


def test_a_customer_who_refuses_is_forgotten_whatever_came_first_and_may_come_back(
    store: Store, tmp_path: Path
) -> None:
    found = policy(tmp_path, '[source.customers.consent]\nfield = "consent"')
    people = tmp_path / "customers.csv"
    people.write_text("id,name,email,plan,consent\n7,Ann,ann@example.com,pro,false\n8,Cas,cas@example.com,free,true\n")
    talks = threads(tmp_path)
    report = taken(store, tmp_path, talks, people, found=found)
    assert store.conversations.count() == 2
    assert len(list(store.customers.all())) == 1
    assert report.withheld == 1
    assert taken(store, tmp_path, talks, found=found).withheld == 1  # the old export does not bring her back
    people.write_text("id,name,email,plan,consent\n7,Ann,ann@example.com,pro,true\n")
    taken(store, tmp_path, people, talks, found=found)
    assert store.conversations.count() == 3


def test_who_shares_a_phone_with_one_who_refuses_is_kept(store: Store, tmp_path: Path) -> None:
    found = policy(tmp_path, '[consent]\nfield = "consent"')
    people = tmp_path / "customers.csv"
    people.write_text("id,name,email,phone,consent\n8,Bob,bob@example.com,+447700900123,yes\n")
    taken(store, tmp_path, people, threads(tmp_path, [("1", "email:bob@example.com", {})]), found=found)
    people.write_text("id,name,email,phone,consent\n7,Ann,ann@example.com,+447700900123,no\n")
    taken(store, tmp_path, people, found=found)
    protect = Protector(b"k")
    assert [one.id for one in store.customers.all()] == [protect.customer("id:8")]
    assert store.conversations.count() == 1
    told = ("id:7", "email:ann@example.com", "phone:+447700900123")
    assert set(store.privacy.refusals()) == {protect.customer(one) for one in told}


@pytest.mark.parametrize("batches", [["7no 8yes"], ["7no", "8yes"], ["8yes", "7no"], ["8yes", "7no", "8yes"]])
def test_what_is_kept_of_a_household_does_not_depend_on_whose_record_is_read_first(
    batches: list[str], store: Store, tmp_path: Path
) -> None:
    rows = {
        "7no": "7,Ann,ann@example.com,+447700900123,no\n",
        "8yes": "8,Bob,bob@example.com,+447700900123,yes\n",
    }
    found, people = policy(tmp_path, '[consent]\nfield = "consent"'), tmp_path / "customers.csv"
    for batch in batches:
        people.write_text("id,name,email,phone,consent\n" + "".join(rows[one] for one in batch.split()))
        taken(store, tmp_path, people, found=found)
    protect = Protector(b"k")
    assert [one.id for one in store.customers.all()] == [protect.customer("id:8")]
    told = ("id:7", "email:ann@example.com", "phone:+447700900123")
    assert set(store.privacy.refusals()) == {protect.customer(one) for one in told}
    claimed = {claim.identifier for claim in store.identity.claims() if claim.kind != "name"}
    assert claimed == {protect.customer("id:8"), protect.customer("email:bob@example.com")}


def lives(tmp_path: Path, who: str = "7", device: str = "d1") -> Path:
    """A customer's order on a device, which no CRM knows of."""
    path = tmp_path / f"events-{who}.jsonl"
    call = {"type": "track", "userId": who, "anonymousId": device, "event": "Order Completed"}
    path.write_text(json.dumps(call | {"timestamp": "2026-03-02", "properties": {"order_id": f"o-{who}"}}))
    return path


def crm(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text("\n".join(["id,name,email,phone,consent", *rows]))
    return path


def test_who_agrees_again_is_kept_under_all_that_their_refusal_closed(store: Store, tmp_path: Path) -> None:
    found, protect = policy(tmp_path, '[source.customers.consent]\nfield = "consent"'), Protector(b"k")
    ann = "7,Ann,ann@example.com,+447700900123"
    taken(store, tmp_path, crm(tmp_path, f"{ann},yes"), lives(tmp_path), found=found)
    taken(store, tmp_path, crm(tmp_path, f"{ann},no"), found=found)
    told = ("id:7", "email:ann@example.com", "phone:+447700900123", "order:O-7", "anonymous:d1")
    assert set(store.privacy.refusals()) == {protect.customer(one) for one in told}
    assert taken(store, tmp_path, lives(tmp_path), found=found).events == 0
    taken(store, tmp_path, crm(tmp_path, "7,Ann,ann@example.com,,yes"), found=found)
    assert store.privacy.refusals() == {}
    assert taken(store, tmp_path, lives(tmp_path), found=found).events == 1


@pytest.mark.parametrize("first", ["7", "8"])
def test_what_another_has_closed_as_well_stays_closed(first: str, store: Store, tmp_path: Path) -> None:
    """They share a phone."""
    found, protect = policy(tmp_path, '[source.customers.consent]\nfield = "consent"'), Protector(b"k")
    rows = {"7": "7,Ann,ann@example.com,+447700900123", "8": "8,Bob,bob@example.com,+447700900123"}
    for who in (first, "7", "8"):
        taken(store, tmp_path, crm(tmp_path, f"{rows[who]},no"), found=found)
    taken(store, tmp_path, crm(tmp_path, f"{rows['8']},yes"), found=found)
    told = ("id:7", "email:ann@example.com", "phone:+447700900123")
    assert set(store.privacy.refusals()) == {protect.customer(one) for one in told}
    assert len(list(store.customers.all())) == 1


def test_a_device_takes_back_its_own_word_and_not_a_customer_s(store: Store, tmp_path: Path) -> None:
    found, protect = policy(tmp_path, '[consent]\nfield = "agreed"'), Protector(b"k")
    call = {"type": "identify", "anonymousId": "d1", "timestamp": "2026-03-02"}

    def says(word: bool, **more: str) -> None:
        (tmp_path / "calls.jsonl").write_text(
            json.dumps(call | more | {"traits": {"agreed": word, "email": "a@b.org"}})
        )
        taken(store, tmp_path, tmp_path / "calls.jsonl", found=found)

    says(False, userId="7")
    says(True)
    assert protect.customer("anonymous:d1") in store.privacy.refusals()
    says(True, userId="7")
    says(False)
    assert set(store.privacy.refusals()) >= {protect.customer("anonymous:d1"), protect.customer("email:a@b.org")}
    says(True)
    assert store.privacy.refusals() == {}


def test_of_a_refusal_from_before_it_was_known_whose_it_is_a_record_takes_back_what_it_names(
    store: Store, tmp_path: Path
) -> None:
    found, protect = policy(tmp_path, '[source.customers.consent]\nfield = "consent"'), Protector(b"k")
    old = frozenset(map(protect.customer, ("id:7", "email:ann@example.com", "order:O-7")))
    store.privacy.refuse([Refusal("", "consent", old)], at=datetime.now(UTC))
    taken(store, tmp_path, crm(tmp_path, "7,Ann,ann@example.com,,yes"), found=found)
    assert set(store.privacy.refusals()) == {protect.customer("order:O-7")}
    assert allow(store, [protect.customer("order:O-7")], who="kim") == 1
    assert (store.privacy.refusals(), next(iter(store.audits.page())).what) == ({}, "privacy.allow")


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(("words", "kept"), [((True, False), 0), ((False, True), 1), ((True, False, True), 1)])
def test_of_several_records_of_one_customer_in_one_run_the_last_word_counts(
    words: tuple[bool, ...], kept: int, apart: bool, store: Store, tmp_path: Path
) -> None:
    calls = [
        json.dumps({"type": "identify", "userId": "u1", "timestamp": f"2026-03-0{n}", "traits": {"agreed": word}})
        for n, word in enumerate(words, start=1)
    ]
    paths = []
    for n, lines in enumerate(calls if apart else ["\n".join(calls)]):
        paths.append(tmp_path / f"{n}.jsonl")
        paths[-1].write_text(lines)
    protect = Protector(b"k", names=False, policy=policy(tmp_path, '[consent]\nfield = "agreed"'))
    ingest(paths, store=store, protect=protect, settings=Settings(dead_letters=tmp_path / "dead.jsonl"))
    assert len(list(store.customers.all())) == kept
    assert bool(store.privacy.refusals()) is not bool(kept)


def test_who_is_on_a_list_of_opt_outs_is_not_kept_by_a_record_that_agrees(store: Store, tmp_path: Path) -> None:
    people, out = tmp_path / "customers.csv", tmp_path / "out.txt"
    out.write_text("bob@example.com\n")
    people.write_text("id,name,email,phone,consent\n8,Bob,bob@example.com,+447700900123,yes\n")
    found = policy(tmp_path, f'[consent]\nfield = "consent"\nopt_out = {json.dumps(str(out))}')
    assert taken(store, tmp_path, people, found=found).withheld == 1
    assert list(store.customers.all()) == []


def test_nothing_that_a_record_which_refuses_tells_of_its_customer_is_claimed(store: Store, tmp_path: Path) -> None:
    export = tmp_path / "talks.json"
    who = {"email": "ann@example.com", "phone": "+447700900123"}
    talk = {"id": "1", "started_at": "2026-03-02", "turns": [{"speaker": "customer", "text": "It broke"}]}
    export.write_text(json.dumps([talk | {"customer": who, "metadata": {"tags": ["no-analytics"]}}]))
    protect = Protector(b"k", names=False, policy=policy(tmp_path, '[consent]\ntags = ["no-analytics"]'))
    (read,) = sources.read(export)
    assert isinstance(read, Conversation)
    kept = keep([read], store=store, protect=protect)
    assert (kept.withheld, kept.claims, list(store.identity.claims())) == (1, 0, [])
    allowed = keep([read], store=store, protect=Protector(b"k", names=False))
    assert (allowed.added, allowed.claims) == (1, 2)


def test_a_list_of_opt_outs_counts_from_its_next_line_on(store: Store, tmp_path: Path) -> None:
    listed = tmp_path / "out.txt"
    listed.write_text("")
    found = policy(tmp_path, f"[consent]\nopt_out = {json.dumps(str(listed))}")
    protect = Protector(b"k", names=False, policy=found)
    talks = [one for one in sources.read(threads(tmp_path), MAPPED) if isinstance(one, Conversation)]
    assert keep(talks[:1], store=store, protect=protect).added == 1
    listed.write_text("bob@example.com\nann@example.com\n")
    kept = keep(talks[1:], store=store, protect=protect)
    assert (kept.out, kept.added) == ({"table:2"}, 1)
    opt_out(store, protect)
    assert (store.conversations.count(), store.conversations.get("table:3").id) == (1, "table:3")


def test_a_refused_conversation_that_was_never_stored_leaves_no_line_in_the_log(store: Store, tmp_path: Path) -> None:
    found = policy(tmp_path, '[consent]\nfield = "consent"')
    assert taken(store, tmp_path, threads(tmp_path), found=found).withheld == 1
    assert list(store.audits.page()) == []


def test_a_list_of_opt_outs_holds_back_and_forgets(store: Store, tmp_path: Path) -> None:
    talks, listed = threads(tmp_path), tmp_path / "out.txt"
    listed.write_text("# asked by phone\nann@example.com\nemail:bob@example.com\n")
    taken(store, tmp_path, talks)
    found = policy(tmp_path, f"[consent]\nopt_out = {json.dumps(str(listed))}")
    report = taken(store, tmp_path, talks, found=found)
    assert (report.withheld, store.conversations.count()) == (2, 1)
    with pytest.raises(BadSetting, match="cannot be read"):
        taken(store, tmp_path, talks, found=policy(tmp_path, '[consent]\nopt_out = "none.txt"'))


def test_tags_may_refuse(store: Store, tmp_path: Path) -> None:
    export = tmp_path / "tickets.jsonl"
    ticket = {"id": 1, "requester_id": 5, "description": "It broke", "created_at": "2026-03-02T09:00:00Z", "via": {}}
    rows = [ticket | {"tags": ["No-Analytics"]}, ticket | {"id": 2, "tags": ["other"]}]
    export.write_text("\n".join(map(json.dumps, rows)))
    report = taken(store, tmp_path, export, found=policy(tmp_path, '[consent]\ntags = ["no-analytics"]'))
    assert (report.added, report.withheld) == (1, 1)


@pytest.mark.parametrize("tags", ["No-Analytics", "vip no-analytics", "vip,no-analytics", "vip; no-analytics"])
def test_tags_in_a_cell_of_a_table_may_refuse(tags: str, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "talks.csv"
    path.write_text(f'id,email,date,text,tags\n1,ann@example.com,2026-03-02,It broke,"{tags}"\n')
    found = policy(tmp_path, '[consent]\ntags = ["no-analytics"]')
    settings, protect = Settings(dead_letters=tmp_path / "dead.jsonl"), Protector(b"k", names=False, policy=found)
    report = ingest([path], store=store, protect=protect, settings=settings)
    assert (report.added, report.withheld) == (0, 1)


def calls(tmp_path: Path, number: str) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text(f"id,phone,date,text\n1,{number},2026-03-02,It broke\n")
    return path


def called(
    store: Store, tmp_path: Path, number: str, *, country: str, found: Policy = EVERYTHING_MASKED
) -> IngestReport:
    protect = Protector(b"k", names=False, policy=found, country=country)
    mapping = {"id": "id", "text": "text", "customer": "phone", "customer_kind": "phone", "started_at": "date"}
    settings, path = Settings(dead_letters=tmp_path / "dead.jsonl"), calls(tmp_path, number)
    return ingest([path], store=store, protect=protect, settings=settings, options=Options(mapping=mapping))


@pytest.mark.parametrize("refused", ["phone:0123456789", "phone:+33123456789"])
@pytest.mark.parametrize("number", ["01 23 45 67 89", "+33 1 23 45 67 89"])
def test_who_refused_before_the_country_of_numbers_was_told_is_held_back_however_it_is_written(
    refused: str, number: str, store: Store, tmp_path: Path
) -> None:
    forget(store, [Protector(b"k").customer(refused)])
    assert called(store, tmp_path, number, country="FR").withheld == 1


def test_a_list_of_opt_outs_forgets_what_is_stored_under_another_spelling(store: Store, tmp_path: Path) -> None:
    called(store, tmp_path, "01 23 45 67 89", country="")
    (tmp_path / "out.txt").write_text("+33 1 23 45 67 89\n")
    found = policy(tmp_path, f"[consent]\nopt_out = {json.dumps(str(tmp_path / 'out.txt'))}")
    assert called(store, tmp_path, "+33 1 23 45 67 89", country="FR", found=found).withheld == 1
    assert store.conversations.count() == 0


def test_a_number_in_a_store_from_before_goes_to_its_customer_when_it_is_read_again(
    store: Store, tmp_path: Path
) -> None:
    people = tmp_path / "customers.csv"
    people.write_text("id,name,email,phone\n7,Ann,ann@example.com,+33 1 23 45 67 89\n")
    taken(store, tmp_path, people)
    called(store, tmp_path, "01 23 45 67 89", country="")
    ann = Protector(b"k").customer("id:7")
    assert store.conversations.get("table:1").customer != ann
    assert called(store, tmp_path, "01 23 45 67 89", country="FR").changed == 1
    assert store.conversations.get("table:1").customer == ann
    assert called(store, tmp_path, "01 23 45 67 89", country="FR").same == 1


def test_who_was_forgotten_stays_so_when_an_old_export_is_read_again(store: Store, tmp_path: Path) -> None:
    talks, protect = threads(tmp_path), Protector(b"k")
    taken(store, tmp_path, talks)
    gone = forget(store, [protect.customer("email:ann@example.com")], who="kim")
    assert gone["conversations"] == 1
    (entry,) = store.audits.page()
    assert (entry.what, entry.who, entry.counts["conversations"]) == ("privacy.forget", "kim", 1)
    assert taken(store, tmp_path, talks).withheld == 1
    assert store.conversations.count() == 2


def test_another_key_is_refused_before_anything_is_read(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, threads(tmp_path))
    with pytest.raises(BadSetting, match="under another key"):
        taken(store, tmp_path, threads(tmp_path), key=b"other")


def test_a_door_lets_pass_what_says_nothing(store: Store) -> None:
    assert Door(store, Protector(b"k")).open([], "any") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@jo", "x:jo"),
        ("Jo@example.com", "email:jo@example.com"),
        ("+44 20 7946 0018", "phone:+442079460018"),
        ("7", "id:7"),
    ],
)
def test_an_identifier_may_be_written_as_people_do(text: str, kind: str) -> None:
    assert told(text) == kind

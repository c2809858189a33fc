"""From labelled texts to a model that serves: what its card says, what it says of texts, and what is refused."""

import csv
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from nlp.conversation import Segment
from nlp.errors import BadInput, BadModel, BadTaxonomy, UnknownName
from nlp.taxonomy import UNKNOWN_STAGE, Intent
from pipelines.annotate import Annotator
from pipelines.models import model
from pipelines.settings import ROOT
from pipelines.training.authored import authored
from pipelines.training.own.score import LEARNT, score
from pipelines.training.own.train import Data, Trained, train

NAMES = {"order_status": "parcel-where", "subscription_cancel": "stop_plan", "account_access": "sign_in"}
TAXONOMY = """
name = "ours"
version = 3

[[intent]]
name = "parcel-where"
stage = "use"

[[intent]]
name = "stop_plan"

[[intent]]
name = "sign_in"

[[intent]]
name = "gift_card"
definition = "Buys, uses or asks about a gift card or a voucher and its balance."
headlines = ["Gift card does not work", "Balance of a gift card"]
"""
Said = list[tuple[str, str]]


@pytest.fixture(scope="module")
def said() -> tuple[Said, Said]:
    """Twelve authored texts an intent to learn, and some to score, under names of a company's own."""
    rows = authored(ROOT / "corpora" / "training")
    own = {name: [(r["text"], new) for r in rows if r["intent"] == name] for name, new in NAMES.items()}
    return [r for rows in own.values() for r in rows[:12]], [r for rows in own.values() for r in rows[12:17]]


def table(path: Path, rows: Said) -> Data:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("body", "topic"), *rows])
    return Data(path, "body", "topic")


@pytest.fixture(scope="module")
def trained(annotator: Annotator, said: tuple[Said, Said], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("own")
    taxonomy = folder / "ours.toml"
    taxonomy.write_text(TAXONOMY)
    data = replace(table(folder / "learn.csv", [*said[0], said[0][0]]), taxonomy=taxonomy)
    return train(data, encoder=annotator.encoder, known=annotator.taxonomy, out=folder / "my", seed=1)


def test_the_card_says_what_was_learnt_and_how_good_it_is(trained: Trained) -> None:
    card = tomllib.loads((trained.folder / "card.toml").read_text("utf-8"))
    assert (card["data"]["rows"], card["data"]["intents"], card["data"]["dropped_said_before"]) == (36, 4, 1)
    assert card["seed"] == 1
    assert card["scores"]["held out"]["texts"] == 36
    assert card["scores"]["held out"]["accuracy"] > 0.8
    assert {row["name"]: row["examples"] for row in card["intent"]}["gift_card"] == 0
    assert sum(row["texts"] for row in card["reliability"]) == 36
    assert [row["precision"] for row in card["kept"]] == [0.8, 0.9, 0.95]
    assert model(trained.folder).whole


def test_of_intents_without_an_example_the_card_says_how_well_others_were_known_in_the_same_way(
    annotator: Annotator, tmp_path: Path
) -> None:
    rows, names = authored(ROOT / "corpora" / "training"), sorted(annotator.taxonomy.intent_names)[:6]
    taxonomy = tmp_path / "ours.toml"
    taxonomy.write_text('name = "ours"\nversion = 1\n' + "".join(f'[[intent]]\nname = "{name}"\n' for name in names))
    own = [[(r["text"], name) for r in rows if r["intent"] == name][:8] for name in names[1:]]
    data = replace(table(tmp_path / "learn.csv", [row for rows in own for row in rows]), taxonomy=taxonomy)
    found = train(data, encoder=annotator.encoder, known=annotator.taxonomy, out=tmp_path / "my", seed=1).learnt
    card = tomllib.loads((tmp_path / "my" / "card.toml").read_text("utf-8"))["described"]
    assert found.lift
    assert found.lift.intents == (names[0],)
    assert card["intents"] == 1
    assert card["added"] == found.lift.more > 0
    assert card["recall"] == pytest.approx(found.lift.found, abs=1e-4)


def test_the_model_speaks_the_companys_own_names_when_it_serves(trained: Trained, annotator: Annotator) -> None:
    own = annotator.with_intents(trained.folder)
    texts = ["where is my parcel, it should be here by now", "I want to cancel my plan", "my gift card has no balance"]
    signals, _ = own.signals([Segment(str(n), 0, 0, len(text)) for n, text in enumerate(texts)], texts)
    assert [s.intent for s in signals] == ["parcel-where", "stop_plan", "gift_card"]
    assert own.taxonomy.intent_names == ("parcel-where", "stop_plan", "sign_in", "gift_card")
    assert own.taxonomy.stages == annotator.taxonomy.stages
    assert own.encoder.version == annotator.encoder.version
    assert own.version != annotator.version


def test_an_intent_without_a_stage_that_is_served_has_none(trained: Trained, annotator: Annotator) -> None:
    own = annotator.with_intents(trained.folder)
    assert [own.taxonomy.intent(name).stage for name in ("parcel-where", "stop_plan")] == ["use", None]
    signals, _ = own.signals([Segment("1", 0, 0, 11)], ["cancel plan"])
    assert signals[0].stage in {*annotator.taxonomy.stage_names, UNKNOWN_STAGE}
    elsewhere = replace(own.taxonomy, intents=(Intent("a", "", "", "boarding"), Intent("b", "", "", "use")))
    assert [intent.stage for intent in annotator.taxonomy.with_intents_of(elsewhere).intents] == [None, "use"]


def test_small_talk_still_asks_for_nothing(trained: Trained, annotator: Annotator) -> None:
    own = annotator.with_intents(trained.folder)
    own = replace(own, intents=replace(own.intents, head=replace(own.intents.head, threshold=1.0)))
    signals, _ = own.signals([Segment("1", 0, 0, 9)], ["thank you"])
    assert signals[0].intent == annotator.signals([Segment("1", 0, 0, 9)], ["thank you"])[0][0].intent == "none"


def test_texts_without_a_label_are_learnt_and_the_card_says_which(
    annotator: Annotator, said: tuple[Said, Said], tmp_path: Path
) -> None:
    learn, more = said
    few = [row for n, row in enumerate(learn) if n % 12 < 2]
    others = [row for row in learn if row not in few]
    labelled, whole = table(tmp_path / "few.csv", few), table(tmp_path / "all.csv", [*others, *few])
    data = replace(labelled, unlabelled=whole.path)
    found = train(data, encoder=annotator.encoder, known=annotator.taxonomy, out=tmp_path / "my", seed=1)
    card = tomllib.loads((tmp_path / "my" / "card.toml").read_text("utf-8"))["data"]
    assert (card["rows"], card["unlabelled_rows"], card["unlabelled_learnt"]) == (6, 36, 30)
    assert card["unlabelled_file"] == "all.csv"
    assert len(card["unlabelled_sha256"]) == 64
    assert found.learnt.held_out.texts == 6
    own = annotator.with_intents(tmp_path / "my")
    scored = score(own, table(tmp_path / "test.csv", [*more, others[0]]), folder=tmp_path / "my", seed=1)
    assert scored.examples.dropped == {LEARNT: (16,)}
    assert scored.figures.accuracy.value > 0.8
    other = tmp_path / "other.csv"
    other.write_text("subject\nwhere is it\n")
    given = replace(data, unlabelled=other)
    with pytest.raises(UnknownName, match="body"):
        train(given, encoder=annotator.encoder, known=annotator.taxonomy, out=tmp_path / "no", seed=1)


def test_a_test_leaves_out_what_was_learnt(
    trained: Trained, annotator: Annotator, said: tuple[Said, Said], tmp_path: Path
) -> None:
    own, rows = annotator.with_intents(trained.folder), [*said[1], (said[0][0][0].upper(), said[0][0][1])]
    found = score(own, table(tmp_path / "test.csv", rows), folder=trained.folder, seed=1)
    assert found.examples.dropped == {LEARNT: (16,)}
    assert found.figures.texts == 15
    assert found.figures.accuracy.value > 0.8
    with pytest.raises(BadInput, match="has learnt all 1 texts"):
        score(own, table(tmp_path / "test.csv", rows[-1:]), folder=trained.folder, seed=1)


def test_a_file_changed_afterwards_is_refused(
    trained: Trained, annotator: Annotator, said: tuple[Said, Said], tmp_path: Path
) -> None:
    out = tmp_path / "my"
    train(table(tmp_path / "l.csv", said[0]), encoder=annotator.encoder, known=annotator.taxonomy, out=out, seed=1)
    (out / "taxonomy.toml").write_text(TAXONOMY)
    with pytest.raises(BadModel, match=r"taxonomy.toml is not the file of its card"):
        annotator.with_intents(out)
    (out / "taxonomy.toml").unlink()
    with pytest.raises(BadModel, match=r"taxonomy.toml is missing"):
        annotator.with_intents(out)


def test_a_shipped_models_folder_is_not_one_of_own_intents(annotator: Annotator) -> None:
    with pytest.raises(BadModel, match="not of a model of intents"):
        annotator.with_intents(ROOT / "models" / "encoder")


def test_what_cannot_be_learnt_is_refused_before_anything_is_written(annotator: Annotator, tmp_path: Path) -> None:
    def refused(rows: Said, taxonomy: str = "") -> Data:
        path = tmp_path / "t.toml"
        path.write_text(taxonomy)
        return replace(table(tmp_path / "l.csv", rows), taxonomy=path if taxonomy else None)

    both = {"encoder": annotator.encoder, "known": annotator.taxonomy, "out": tmp_path / "my", "seed": 1}
    with pytest.raises(BadInput, match="at least one must have two"):
        train(refused([("a", "x"), ("b", "y")]), **both)
    with pytest.raises(UnknownName, match=r"unknown label, record 1, 2 of .*'x'; known: gift_card"):
        train(refused([("a", "x"), ("c", "x"), ("b", "sign_in")], TAXONOMY), **both)
    with pytest.raises(BadTaxonomy, match="not valid TOML"):
        train(refused([("a", "x"), ("b", "y")], "[["), **both)
    assert not (tmp_path / "my").exists()

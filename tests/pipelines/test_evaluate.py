"""Scores on labelled texts: what each figure counts, and errors that name file, record, value and remedy."""

import json
from pathlib import Path

import pytest

from nlp.errors import BadInput, UnknownName
from pipelines.annotate import Annotator
from pipelines.evaluate import Labelled, evaluate, examples, gold

ROWS = [
    Labelled("third time I ask: where is my refund?", "refund_status", "negative", "use", 2, True, False),
    Labelled("charged twice, I rang three times, no answer", "billing_dispute", "negative", "use", 2, True, False),
    Labelled("thank you so much, you were wonderful", "praise", "positive", "renewal", 0, False, False),
    Labelled("cancel my subscription please", "subscription_cancel", "neutral", "exit", 0, False, True),
    Labelled("how much is the family plan?", "pricing_question", "neutral", "consideration", 0, False, False),
    Labelled("which plug does the lamp have?", "product_information", "neutral", "consideration", 0, False, False),
]  # fmt: skip


def test_every_label_that_is_given_is_scored_alone_and_as_a_conversation(annotator: Annotator) -> None:
    report = evaluate(annotator, ROWS, seed=1)
    assert report.texts == 6
    assert {"intent", "intent of a conversation", "stage", "sentiment", "sentiment by VADER"} <= set(report.figures)
    assert {"friction", "effort", "leaving"} <= set(report.figures)
    hard, calm = (report.figures["friction"][f"mean at level {level}"] for level in (2, 0))
    assert hard.value > calm.value + 20
    assert report.figures["friction"]["AUC of level 2 against 0"].value == 1
    assert report.figures["effort"]["F1"].value == 1
    assert report.figures["leaving"]["F1"].value == 1
    assert report.figures["effort"]["AUC"].value == 1


def test_probabilities_that_rank_no_better_than_chance_have_an_auc_of_a_half(annotator: Annotator) -> None:
    rows = [Labelled("hello", effort=told, leaving=told) for told in (True, False)]
    found = evaluate(annotator, rows, seed=1).figures
    assert {found[name]["AUC"].value for name in ("effort", "leaving")} == {0.5}


def test_entities_are_scored_where_they_are_marked(annotator: Annotator) -> None:
    rows = [Labelled("it cost £20 on Friday", entities=[{"type": "amount", "start": 8, "end": 11}]), ROWS[0]]
    found = evaluate(annotator, rows, seed=1).figures
    assert found["amount, exact"]["F1"].value == 1
    assert found["date, exact"]["precision"].value == 0


def test_labels_that_are_not_given_are_not_scored(annotator: Annotator) -> None:
    report = evaluate(annotator, [Labelled(row.text, row.intent) for row in ROWS], seed=1)
    assert set(report.figures) == {"intent", "intent of a conversation"}


def test_confusions_name_what_is_taken_for_what(annotator: Annotator) -> None:
    wrong = [Labelled(row.text, "order_status") for row in ROWS[:2]]
    pairs = evaluate(annotator, wrong, seed=1).confusions["intent"]
    assert {truth for truth, _, _ in pairs} == {"order_status"}
    assert sum(count for _, _, count in pairs) == 2


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl"])
def test_examples_come_from_the_columns_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    csv = "body,topic\nwhere is it?,order_status\n"
    path.write_text(csv if name.endswith("csv") else '{"body": "where is it?", "topic": "order_status"}\n')
    assert examples(path, text="body", label="topic", known=["order_status"]) == [
        Labelled("where is it?", "order_status")
    ]


def test_an_unknown_column_or_label_is_named_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("body,topic\nwhere is it?,order_stauts\n")
    with pytest.raises(UnknownName, match=r"column \(record 1 of .*mine.csv\) 'text'; known: body, topic"):
        examples(path, text="text", label="topic", known=["order_status"])
    with pytest.raises(UnknownName, match=r"'order_stauts'.*Did you mean 'order_status'"):
        examples(path, text="body", label="topic", known=["order_status"])


def test_a_folder_without_texts_and_a_line_that_is_no_json_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no labelled texts"):
        gold(tmp_path)
    (tmp_path / "x.jsonl").write_text(json.dumps({"text": "a"}) + "\n{nope\n")
    with pytest.raises(BadInput, match=r"x\.jsonl, line 2: not JSON"):
        gold(tmp_path)

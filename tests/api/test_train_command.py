"""`frictionary train intent`, and the commands that its folder is given to."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import FrictionaryError

ROWS = {
    "parcel": ["where is my parcel", "my parcel is late", "the courier lost my parcel", "parcel not here"],
    "stop": ["cancel my plan", "end my subscription", "stop the subscription now", "I want to cancel"],
}


def call(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(group, arguments, input=input)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "mine.jsonl"
    rows = [{"body": text, "topic": label} for label, texts in ROWS.items() for text in texts]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"body": "", "topic": "stop"}]))
    return path


@pytest.fixture(scope="module")
def model(examples: Path) -> str:
    out = str(examples.parent / "my")
    result = call(
        "train", "intent", "--examples", str(examples), "--text", "body", "--label", "topic", "--out", out, "--json"
    )
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["dropped"] == {"without text or label": [9]}
    assert {row["intent"] for row in report["wanting"]} == {"parcel", "stop"}
    return out


def test_the_report_names_what_was_left_out_and_what_needs_examples(examples: Path, tmp_path: Path) -> None:
    arguments = ["--examples", str(examples), "--text", "body", "--label", "topic", "--out", str(tmp_path / "my")]
    result = call("train", "intent", *arguments)
    assert result.exit_code == 0
    assert "left out, without text or label: 1 (rows 9)" in result.output
    assert "8 texts of 2 intents" in result.output
    assert "of 2 intents are found at least 90% of the time" in result.output
    assert "4 examples" in result.output
    assert f"--model {tmp_path / 'my'}" in result.output


def test_the_report_says_how_many_texts_descriptions_alone_found(tmp_path: Path) -> None:
    more = {"bill": ["a copy of my bill", "send the invoice"], "sign_in": ["cannot sign in", "my password is wrong"]}
    rows = [{"text": text, "intent": label} for label, texts in {**ROWS, **more}.items() for text in texts]
    examples, taxonomy = tmp_path / "mine.jsonl", tmp_path / "mine.toml"
    examples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    names = [*ROWS, *more, "gift_card"]
    taxonomy.write_text('name = "mine"\nversion = 1\n' + "".join(f'[[intent]]\nname = "{name}"\n' for name in names))
    given = ["--examples", str(examples), "--taxonomy", str(taxonomy), "--out", str(tmp_path / "my")]
    assert "1 known by their descriptions alone. Of others, left out" in call("train", "intent", *given).output
    told = json.loads(call("train", "intent", *given, "--json").output)["described_alone"]
    assert told["intents"] == ["gift_card"]
    assert 0 <= told["recall_of_left_out"] <= 1


def test_the_report_says_how_many_texts_without_a_label_were_learnt_from(examples: Path, tmp_path: Path) -> None:
    more = tmp_path / "messages.csv"
    more.write_text("id,body\n1,is my parcel lost\n2,please stop my plan\n3,IS my parcel lost\n4,cancel my plan\n5,\n")
    given = ["--examples", str(examples), "--text", "body", "--label", "topic", "--unlabelled", str(more)]
    told = call("train", "intent", *given, "--out", str(tmp_path / "my"))
    assert "beside 2 of 2 different texts without a label" in told.output
    report = json.loads(call("train", "intent", *given, "--out", str(tmp_path / "my"), "--json").output)
    assert "left out, without text: 1 (rows 5)" in told.output
    assert report["unlabelled"] == {"rows": 5, "different": 2, "learnt": 2, "dropped": {"without text": [5]}}


def test_analyze_and_evaluate_speak_the_own_names(model: str, tmp_path: Path) -> None:
    analysed = call("analyze", "--model", model, input="has the courier brought the parcel?\n")
    assert json.loads(analysed.output)["intent"] == "parcel"
    test = tmp_path / "test.csv"
    test.write_text("text,intent\nwhere did the parcel go,parcel\nplease cancel it,stop\ncancel my plan,stop\n")
    scored = json.loads(call("evaluate", "intent", "--model", model, "--examples", str(test), "--json").output)
    assert (scored["rows"], scored["dropped"]) == (2, {"learnt in training": [3]})
    assert scored["figures"]["accuracy"]["value"] == 1
    assert "accuracy 1.000" in call("evaluate", "intent", "--model", model, "--examples", str(test)).output


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    result = call("analyze", "--model", str(tmp_path), input="hello\n")
    assert result.exit_code == 1
    assert isinstance(result.exception, FrictionaryError)
    assert "card.toml is missing" in str(result.exception)


def test_a_base_without_tuning_is_wrong_usage(examples: Path, tmp_path: Path) -> None:
    result = call("train", "intent", "--examples", str(examples), "--base", str(tmp_path), "--out", str(tmp_path / "m"))
    assert result.exit_code == 2
    assert "--fine-tune" in result.output

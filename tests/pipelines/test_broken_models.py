"""A models folder that is not whole: an error that names the file, the field and the remedy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import BadModel
from nlp.head import Head
from pipelines.annotate import Annotator
from pipelines.settings import Settings

CARD = "encoder/card.toml"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A copy of the shipped folder whose large files are links."""
    shutil.copytree(Settings().models, tmp_path / "models", copy_function=lambda a, b: Path(b).symlink_to(a))
    return tmp_path / "models"


def refusal(models: Path) -> str:
    with pytest.raises(BadModel) as caught:
        Annotator.load(models, Settings().taxonomy)
    return str(caught.value)


def put(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def rewrite(models: Path, change: Callable[[str], str]) -> None:
    """Change the encoder's card; its sum is dropped, so that what it speaks of is looked at."""
    lines = (models / CARD).read_text("utf-8").split("\n")
    put(models / CARD, change("\n".join(line for line in lines if not line.startswith("sha256"))).encode())


@pytest.mark.parametrize(
    "name", ["encoder/card.toml", "encoder/model.onnx", "encoder/tokenizer.json", "heads/stage.npz", "heads/effort.npz"]
)
@pytest.mark.parametrize("how", ["missing", "empty", "truncated", "text"])
def test_a_file_that_is_missing_or_damaged_is_named(models: Path, name: str, how: str) -> None:
    path = models / name
    content = {"empty": b"", "text": b"not what it was {"}.get(how, path.read_bytes()[: path.stat().st_size // 2])
    if how == "missing":
        path.unlink()
    elif name == CARD and how == "truncated":
        put(path, path.read_bytes().split(b"max_tokens")[0])
    else:
        put(path, content)
    assert str(path) in refusal(models)


@pytest.mark.parametrize("name", ["encoder/model.onnx", "encoder/tokenizer.json"])
def test_without_a_sum_in_the_card_a_truncated_file_is_still_named(models: Path, name: str) -> None:
    rewrite(models, str)
    put(models / name, (models / name).read_bytes()[:5_000])
    assert f"{models / name}: cannot be loaded" in refusal(models)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dimension = 385", "dimension = 385"),
        ('dimension = "many"', "dimension = 'many': a positive whole number expected"),
        ("dimension = 0", "dimension = 0"),
        ("dimension = true", "dimension = True"),
        ("max_tokens = -1", "max_tokens = -1"),
        ("version = 3", "version = 3: a text expected"),
        ('version = ""', "version = ''"),
        ('languages = "en"', "languages = 'en': a list of codes expected"),
        ("languages = []", "languages = []"),
        ("cohesion = 1.5", "cohesion = 1.5: a number between 0 and 1 expected"),
        ('cohesion = "high"', "cohesion = 'high': a number between 0 and 1 expected"),
    ],
)
def test_a_bad_field_of_the_card_is_named_with_what_is_valid(models: Path, line: str, expected: str) -> None:
    field = line.split(" =")[0]
    rewrite(models, lambda text: "\n".join([line, *(x for x in text.split("\n") if not x.startswith(field))]))
    assert expected in refusal(models)


def test_a_graph_that_is_no_encoder_is_refused(models: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    port = helper.make_tensor_value_info
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "g", [port("x", TensorProto.FLOAT, [1])], [port("y", TensorProto.FLOAT, [1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    rewrite(models, str)
    put(models / "encoder/model.onnx", b"")
    onnx.save(model, models / "encoder/model.onnx")
    assert "expected the input input_ids and the output embedding" in refusal(models)


def test_a_head_of_another_encoder_or_another_width_is_refused(models: Path) -> None:
    path = models / "heads/stage.npz"
    version = Annotator.load(models, Settings().taxonomy).encoder.version
    known = Head.load(path, encoder=version)
    path.unlink()
    Head(known.weights, known.bias, known.labels, 1.0, 0.0, "other").save(path)
    assert "trained on encoder 'other'" in refusal(models)
    narrow = np.zeros((3, len(known.labels)), np.float32)
    Head(narrow, known.bias, known.labels, 1.0, 0.0, version).save(path)
    assert "3 numbers" in refusal(models)

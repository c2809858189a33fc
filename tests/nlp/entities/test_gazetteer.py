"""Own names are read from CSV or TOML; a mistake is told with its file, row, field and what is valid."""

import pytest

from nlp.entities.gazetteer import Gazetteer, Name
from nlp.errors import BadInput, UnknownName

CSV = "name,type,aliases\nFamily Plan,product,fam plan; the big one\nAcme,company,\n"
TOML = """
[[name]]
name = "Family Plan"
type = "product"
aliases = ["fam plan", "the big one"]

[[name]]
name = "Acme"
type = "company"
"""


def test_both_formats_read_alike() -> None:
    names = (Name("Family Plan", "product", ("fam plan", "the big one")), Name("Acme", "company"))
    assert Gazetteer.from_csv(CSV).names == names
    assert Gazetteer.from_toml(TOML).names == names
    assert Gazetteer.from_csv("\ufeff" + CSV.replace("name,type,aliases", "name, type, aliases")).names == names
    assert Gazetteer.from_csv("name,type\nAcme,company\n").names == names[1:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,type\nA,product\n", r"g\.csv: no column 'name'; columns: title, type; expected: name, type, aliases"),
        ("", r"g\.csv: no column 'name'; columns: none"),
        ("name,type\nA,product\n ,product\n", r"g\.csv, row 3: name='': a text that is not blank"),
        ("name,type,aliases\nA,product,B\nb,company,\n", r"g\.csv, row 3: 'b' is already a name of 'A'"),
        ("name,type,aliases\nA,product,a\n", r"g\.csv, row 2: 'a' is already a name of 'A'"),
        ("name,type\nA,product\nA,product\n", r"g\.csv, row 3: name='A' is given twice"),
    ],
)
def test_a_mistake_names_file_row_and_field(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Gazetteer.from_csv(text, origin="g.csv")


def test_an_unknown_type_or_field_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"type \(g\.csv, row 2, name=.A.\) .prodct.; known: company, .*Did"):
        Gazetteer.from_csv("name,type\nA,prodct\n", origin="g.csv")
    with pytest.raises(UnknownName, match=r"field \(g\.toml, \[\[name\]\] 1\) 'alias'; known: aliases, name, type"):
        Gazetteer.from_toml('[[name]]\nname = "A"\ntype = "place"\nalias = ["B"]\n', origin="g.toml")


@pytest.mark.parametrize(
    "text", ["name = 3", "[[product]]\nname = 'A'", "[[name]]\nname = 'A'\ntype = 'place'\naliases = [1]"]
)
def test_toml_of_another_form_is_told(text: str) -> None:
    with pytest.raises(BadInput, match=r"g\.toml"):
        Gazetteer.from_toml(text, origin="g.toml")
    with pytest.raises(BadInput, match="not valid TOML"):
        Gazetteer.from_toml("[[name", origin="g.toml")


def test_the_digest_changes_with_any_name() -> None:
    assert Gazetteer().digest == ""
    assert Gazetteer.from_csv(CSV).digest == Gazetteer.from_toml(TOML).digest != Gazetteer.from_csv(CSV[:-14]).digest

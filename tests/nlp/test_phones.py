"""A phone number has one form, whichever way people write it."""

import pytest

from nlp.phones import forms, known


@pytest.mark.parametrize(
    ("text", "country", "form"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "GB", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("+330123456789", "DE", "+33123456789"),
        ("030 1234567", "DE", "+49301234567"),
        ("(02) 9876 5432", "AU", "+61298765432"),
        ("+1 207 946 0018", "GB", "+12079460018"),
    ],
)
def test_a_number_is_told_by_its_country_s_plan(text: str, country: str, form: str) -> None:
    assert forms(text, country)[0] == form


@pytest.mark.parametrize("text", ["12345", "", "ext", "2025550123", "+999123456789", "0" * 40])
def test_what_no_plan_knows_stays_as_it_is_written(text: str) -> None:
    assert forms(text, "GB") == (text,)


def test_other_spellings_are_told_once() -> None:
    assert forms("01 23 45 67 89", "FR") == ("+33123456789", "0123456789", "01 23 45 67 89")
    assert forms("+33123456789", "FR") == ("+33123456789", "0123456789")


def test_a_country_is_two_capital_letters() -> None:
    assert [one for one in ("GB", "FR", "gb", "UK", "44", "") if known(one)] == ["GB", "FR"]

"""Words that a capital makes look like people, and the places among them."""

from nlp.ordinary import ordinary, places


def test_the_places_are_all_those_of_the_number_plans() -> None:
    from phonenumbers.geodata import GEOCODE_DATA

    assert places() == {names["en"].split(",")[0].lower() for names in GEOCODE_DATA.values() if "en" in names}
    assert {"hastings", "leeds", "münster"} <= places()


def test_a_title_is_ordinary_in_any_case_and_with_its_point() -> None:
    assert ordinary("Dr.")
    assert ordinary("MRS")
    assert not ordinary("Ada")

"""What a text names is found with its place and what it is counted as; own names win, and hostile text is survived."""

import pytest

from nlp.entities.finder import LONGEST, TYPES, Finder
from nlp.entities.gazetteer import Gazetteer

OWN = """
name,type,aliases
Brindle Lamp 2,product,brindle lamp;the BL2
Brindle Home,company,@brindlehome
Lumora,competitor,
Old Mill,place,
"""
FINDER = Finder()


def found(text: str, type: str = "", finder: Finder = FINDER) -> list[str]:
    return [text[e.start : e.end] for e in finder([text])[0] if not type or e.type == type]


def value(text: str, type: str) -> list[str]:
    return [e.value for e in FINDER([text])[0] if e.type == type]


@pytest.mark.parametrize(
    ("text", "words", "amount"),
    [
        ("you took £1,299.50 twice", "£1,299.50", "1299.50 GBP"),
        ("es fehlen 1.299,50 € noch", "1.299,50 €", "1299.50 EUR"),
        ("CHF 80 gone", "CHF 80", "80 CHF"),
        ("it said 99p on the shelf", "99p", "0.99 GBP"),
        ("a bill of eight hundred and ninety pounds", "eight hundred and ninety pounds", "890 GBP"),
        ("it cost two pound sixty", "two pound sixty", "2.60 GBP"),
        ("best tenner I spent", "tenner", "10 GBP"),
        ("$40 was too much", "$40", "40 $"),
        ("they want €1.299 for it", "€1.299", ""),
    ],
)
def test_an_amount_is_a_number_and_a_currency_where_that_is_certain(text: str, words: str, amount: str) -> None:
    assert found(text, "amount") == [words]
    assert value(text, "amount") == [amount]


@pytest.mark.parametrize("text", ["two pounds of flour", "order 66 of us", "one two three", "v2.4 and 30 percent"])
def test_numbers_without_money_are_no_amounts(text: str) -> None:
    assert found(text, "amount") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("it was due last Tuesday at 5pm", ["last Tuesday"]),
        ("paid on the 3rd and 14 March 2026", ["3rd", "14 March 2026"]),
        ("from January to May.", ["January", "May"]),
        ("charged 12/03/2026, again 2026-04-01", ["12/03/2026", "2026-04-01"]),
        ("before Christmas Eve, not Easter Monday", ["Christmas Eve", "Easter Monday"]),
        ("I rang on the twelfth", ["twelfth"]),
        ("the 3rd time this week, 24/7, in two days, tomorrow", []),
        ("may I ask, we march on", []),
    ],
)
def test_dates_are_days_and_months_and_no_times_or_durations(text: str, words: list[str]) -> None:
    assert found(text, "date") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("where is order 55-2091?", ["55-2091"]),
        ("Booking ref: QX41PL, two seats", ["QX41PL"]),
        ("any news on #88123", ["#88123"]),
        ("my order number is four four seven one", ["four four seven one"]),
        ("invoice 2022-7781 and claim EU-99120", ["2022-7781", "EU-99120"]),
        ("my account number 40-7719, meter no. 5520931", []),
        ("I want to order 500 litres", []),
    ],
)
def test_numbers_of_orders_are_told_from_those_of_accounts(text: str, words: list[str]) -> None:
    assert found(text, "order_number") == words


def test_what_privacy_masks_shows_as_its_placeholder() -> None:
    assert found("order no. <PHONE> to <ADDRESS>, call <PHONE>") == ["<PHONE>", "<ADDRESS>"]
    assert found("<HANDLE> hello <NAME>, <EMAIL>") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I moved from Bradford to Sligo", ["Bradford", "Sligo"]),
        ("delivered to newcastle, im in leeds", ["newcastle", "leeds"]),
        ("your Camden studio on Market Street", ["Camden", "Market Street"]),
        ("do you ship to New Zealand or the UK", ["New Zealand", "UK"]),
        ("Silver or Gold, in March, from Premium", []),
    ],
)
def test_places_are_known_towns_where_the_words_around_say_so(text: str, words: list[str]) -> None:
    assert found(text, "place") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the AeroPress 2 leaks", ["AeroPress 2"]),
        ("is the family plan cheaper?", ["family plan"]),
        ("my Silver membership and two washing machines", ["Silver membership", "washing machines"]),
        ("Order 4417 for the app, it is late", []),
        ("electricity. Meter reading, my account", []),
    ],
)
def test_products_are_names_with_a_model_and_kinds_precise_enough(text: str, words: list[str]) -> None:
    assert found(text, "product") == words


def test_a_kind_is_counted_in_lower_case_and_singular() -> None:
    assert value("Family Plans and the Washing machine", "product") == ["family plan", "washing machine"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm leaving for Norvik Energy",
        "about to switch to Norvik Energy",
        "Norvik Energy does it for less",
        "it is cheaper at Norvik Energy",
        "the quote from Norvik Energy is lower",
    ],
)
def test_the_alternative_to_the_company_addressed_is_a_competitor(text: str) -> None:
    assert found(text, "competitor") == ["Norvik Energy"]


def test_a_handle_left_readable_is_a_company_and_the_one_addressed_no_competitor() -> None:
    text = "@wrenmobile hi, switching to @wrenmobile was fine. or @kestrel instead"
    assert found(text, "company") == ["@wrenmobile", "@wrenmobile", "@kestrel"]
    assert found("this close to switching to @kestrel", "competitor") == ["@kestrel"]
    assert found("write to jo@kestrel.example", "company") == []


def test_a_move_to_a_town_names_no_competitor() -> None:
    assert found("we are switching to Bristol", "competitor") == []


def test_own_names_are_found_in_any_case_and_win() -> None:
    finder = Finder(Gazetteer.from_csv(OWN.strip()))
    text = "My BRINDLE LAMP from @BrindleHome broke; Lumora by the old mill sells one for £20"
    assert [(e.type, e.value) for e in finder([text])[0]] == [
        ("product", "Brindle Lamp 2"),
        ("company", "Brindle Home"),
        ("competitor", "Lumora"),
        ("place", "Old Mill"),
        ("amount", "20 GBP"),
    ]
    assert found("brindled lights, lumoras", finder=finder) == []


def test_recognition_adds_companies_that_no_pattern_knows() -> None:
    text = "I bought it from Toyota in Osaka, and they blame Siemens."
    assert found(text, "company") == []
    assert {"Toyota", "Siemens"} <= set(found(text, "company", Finder.load("full")))


def test_a_text_s_entities_do_not_depend_on_its_neighbours() -> None:
    texts = ["£5 on Friday", "", "order 4417 in Leeds", "my sofa"] * 3
    for finder in (FINDER, Finder.load("full")):
        assert finder(texts) == [finder([text])[0] for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "1" * 200_000,
        "A " * 100_000,
        "Aa Bb " * 33_000,
        "one two hundred " * 12_000,
        "order order order number number " * 6_000,
        "12/12/12/" * 20_000,
        "£,.£,." * 30_000,
        "switch to the my our all " * 8_000,
        "\x00\x1b[31m\u202eorder 4417\u202c £5 \u2066Friday\u2069",
        "طلب رقم 4417 في لندن بمبلغ £5 يوم Friday",
        "İİİ washing machine İ £5 \ud800 in Leeds",
        "😀" * 3000 + " £5",
    ],
)
@pytest.mark.parametrize("way", ["patterns", "full"])
def test_hostile_text_is_survived_with_places_in_the_text(text: str, way: str) -> None:
    for entity in Finder.load(way)([text])[0]:
        assert 0 <= entity.start < entity.end <= min(len(text), LONGEST)
        assert entity.type in TYPES


def test_the_digest_tells_rules_way_and_names() -> None:
    finders = [FINDER, Finder.load("full"), Finder(Gazetteer.from_csv(OWN.strip()))]
    assert len({finder.digest for finder in finders}) == 3
    assert Finder().digest == FINDER.digest


def test_a_town_in_a_company_s_name_is_no_place() -> None:
    assert found("an email from Wells Fargo in Leeds", "place") == ["Leeds"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the price is 49.99 now", ["49.99"]),
        ("I paid 180 in March", ["180"]),
        ("paid 3 times, came at 11.20, 3.21 V", []),
    ],
)
def test_money_without_a_currency_has_no_value(text: str, words: list[str]) -> None:
    assert found(text, "amount") == words
    assert set(value(text, "amount")) <= {""}

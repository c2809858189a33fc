"""Personal data of known patterns never passes, what only looks like it does, and nothing is masked twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.redaction import mask_handles, pseudonym, redact
from nlp.redaction.spoken import figures

PLANTED = (
    "jo.bloggs+x@example.co.uk",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "123-45-6789",
    "QQ 12 34 56 C".replace("QQ", "AB"),
    "192.168.10.4",
    "2001:db8:85a3::8a2e:370:7334",
    "020 7946 0958",
    "07700900149",
    "+1 212 555 0147",
    "(212) 555-0147",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27u",
    "14 Harbour Lane",
)
PLACES = ("{}", "write to {}, please", "({})", "it is {}.", "{}\nthanks", "«{}» again and again", "a: {} - b", "{}!")


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("place", PLACES)
def test_a_planted_item_is_masked_wherever_it_stands(planted: str, place: str) -> None:
    text, masked = redact(place.format(planted))
    assert planted not in text
    assert len(masked) == 1


@given(
    st.lists(st.tuples(st.text(max_size=60), st.sampled_from(PLANTED), st.sampled_from(" \n\t")), max_size=6),
    st.text(max_size=60),
)
def test_whatever_stands_around_it_offsets_hold_and_a_second_pass_changes_nothing(
    parts: list[tuple[str, str, str]], tail: str
) -> None:
    text, masked = redact("".join(f"{before} {item}{after}" for before, item, after in parts) + tail)
    assert all(text[m.start : m.end] == f"<{m.kind}>" for m in masked)
    assert redact(text) == (text, masked)


@given(st.text(alphabet="0123456789+-() .:@/abc<>=#ABpinPIN\n", max_size=200))
def test_text_made_of_nothing_but_marks_and_digits_never_crashes(text: str) -> None:
    once, _ = redact(text)
    assert redact(once)[0] == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my password is hunter2!", "my password is <SECRET>!"),
        ("password wsxc4296 please", "password <SECRET> please"),
        ("pwd=abc123 and api key: 12345678abcd", "pwd=<SECRET> and api key: <SECRET>"),
        ("Authorization: Bearer abcdefghijklmnop1234567", "Authorization: Bearer <SECRET>"),
        ("https://example.com/a?token=deadbeef99&x=1", "https://example.com/a?token=<SECRET>&x=1"),
        ("my ssn 123456789", "my ssn <SSN>"),
        ("phone number 2125550172", "phone number <PHONE>"),
        ("in Leeds LS6 3HN or Austin, TX 78701", "in Leeds <ADDRESS> or Austin, <ADDRESS>"),
        ("Hauptstraße 12a", "<ADDRESS>"),
        ("sort code 20-00-00, account number 55779911", "sort code <ACCOUNT>, account number <ACCOUNT>"),
        ("routing 021000021, account 1111222233330000.", "routing <ACCOUNT>, account <ACCOUNT>."),
        ("my date of birth is 3/9/1938, DOB 17 August 1971", "my date of birth is <BIRTHDATE>, DOB <BIRTHDATE>"),
        ("the PIN is 5093 and the gate code: 4471#", "the PIN is <SECRET> and the gate code: <SECRET>"),
        ("passport number P4417092, my BSN 111222333", "passport number <SSN>, my BSN <SSN>"),
        ("CPF: 111.444.777-35", "CPF: <SSN>"),
        ("kofi (at) example (dot) com or sanna [at] example.fi", "<EMAIL> or <EMAIL>"),
        ("Flat 3, 118 Kestrel Avenue", "<ADDRESS>"),
        ("12 rue de la Paix, 75002 Paris", "<ADDRESS>, <ADDRESS> Paris"),
        ("PO Box 1147 or Am Anger 5, 99084 Erfurt", "<ADDRESS> or <ADDRESS>, <ADDRESS> Erfurt"),
        ("call 1-800-555-0199", "call <PHONE>"),
        ("from host 10.0.0.7", "from host <IP>"),
        ("AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtl; ok", "AccountKey=<SECRET>; ok"),
        ("it's moira dot lane at example dot net, yes", "it's <EMAIL>, yes"),
        ("my number is oh two oh seven nine four six oh one one two.", "my number is <PHONE>."),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "<SECRET>"),
    ],
)
def test_words_around_it_tell_what_it_is(text: str, expected: str) -> None:
    assert redact(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my pin is four five three two", "my pin is <SECRET>"),
        ("the long number's four two four two, four two four two, four two four two, four two four two",
         "the long number's <CARD>"),
        ("twenty seven nine four six oh one eight eight is my number", "<PHONE> is my number"),
        ("ring me on double oh four four, seven seven double oh, nine hundred one two three", "ring me on <PHONE>"),
        ("sort code oh four double oh oh four", "sort code <ACCOUNT>"),
        ("born third of march nineteen forty eight", "born <BIRTHDATE>"),
        ("the postcode's C F one four, three X X", "the postcode's <ADDRESS>"),
        ("at nine hundred Sycamore Street apartment four", "at <ADDRESS>"),
        ("my national insurance is J K five two nine one three oh B", "my national insurance is <SSN>"),
        ("the I P is one nine eight, dot fifty one, dot one hundred, dot seven", "the I P is <IP>"),
        ("my e-mail it's the lamp shop at example dot co dot uk", "my e-mail it's <EMAIL>"),
    ],
)  # fmt: skip
def test_what_is_dictated_is_masked_by_the_words_before_it(text: str, expected: str) -> None:
    assert redact(text)[0] == expected


@pytest.mark.parametrize(
    ("run", "number"),
    [
        ("double oh seven", "007"),
        ("twenty, seven nine four six", "207946"),
        ("forty-two eleven", "4211"),
        ("nine hundred", "900"),
        ("triple five ninety", "55590"),
    ],
)
def test_a_dictated_number_is_heard_as_digits(run: str, number: str) -> None:
    assert figures(run) == number


def test_types_that_are_kept_stay_and_what_stands_in_a_place_may_be_chosen() -> None:
    text = "jo@example.com from host 198.51.100.7"
    assert redact(text, keep={"IP"})[0] == "<EMAIL> from host 198.51.100.7"
    masked, found = redact(text, place=lambda kind, value: f"<{kind}_ABCDEFGH>")
    assert masked == "<EMAIL_ABCDEFGH> from host <IP_ABCDEFGH>"
    assert [f.kind for f in found] == ["EMAIL", "IP"]


def test_a_user_name_that_is_said_to_be_one_is_masked() -> None:
    assert mask_handles("my username is kestrel_ann, login: jo.f99") == "my username is <HANDLE>, login: <HANDLE>"
    assert mask_handles("the username was rejected and the login is broken") == (
        "the username was rejected and the login is broken"
    )


@pytest.mark.parametrize(
    "text",
    [
        "the card ends in four five three two",
        "order six six one two oh nine and nine hundred and twenty pounds",
        "after 2.9.1.0 nothing syncs, driver 31.0.15.2698",
        "receipt 0045-7781, proof of postage 8812-0093-4471",
        "part number 555-0142-B, sku 118.220.40.7",
        "account 88120, same issue",
        "born in 2019 and dead by 14/02/2021",
        "apply code 5093 at checkout",
        "the product was born in nineteen ninety four",
        "my password is wrong and the pin was in the box, password reset 3 times",
        "order 0123456789, ticket 20417, ref BH-20417",
        "it rang 12:30:45, then at 10:20",
        "std::vector, a::b",
        "version 4.2.1.30 and v4.2.1.0",
        "16GB, 8GB, 230 V, 4 x 100 W",
        "2026-06-12 14:02, 12/06/2026",
        "call 116 123",
        "order two oh four one seven, and it took two or three or four days",
        "I am at home dot dot dot",
        "order 4111 1111 1111 1112 fails the check digit",
        "firmware 4.2.1.300 on 2026-06-12",
        "it cost 149.00 and took 12 days",
        "error 0x80070005",
    ],
)
def test_what_only_looks_personal_stays(text: str) -> None:
    assert redact(text) == (text, ())


def test_endless_digits_and_emoji_take_no_endless_time() -> None:
    for text in ("1" * 200_000, "1 " * 100_000, "😀" * 100_000, "a@" * 50_000, "+1 (2" * 40_000, "password: " * 20_000):
        redact(text)


def test_handles_are_masked_but_those_to_keep_and_what_is_no_handle() -> None:
    text = "@AcmeHelp and @acme: it's @jo_bloggs, 2 @ 5 each, jo@example"
    assert mask_handles(text, keep=["Acme"]) == "@AcmeHelp and @acme: it's <HANDLE>, 2 @ 5 each, jo@example"
    assert mask_handles(text, keep=[""]) == "<HANDLE> and <HANDLE>: it's <HANDLE>, 2 @ 5 each, jo@example"
    reddit = "u/Acme_Help, tell /u/kim-lee: two u/ten, or r/acme"
    assert mask_handles(reddit, keep=["Acme"]) == "u/Acme_Help, tell <HANDLE>: two <HANDLE>, or r/acme"


@given(st.text(max_size=500))
def test_redaction_applied_twice_changes_nothing(text: str) -> None:
    once, _ = redact(text)
    assert redact(once)[0] == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail me at jo.bloggs+x@example.co.uk please", "mail me at <EMAIL> please"),
        ("card 4111 1111 1111 1111 was charged", "card <CARD> was charged"),
        ("to GB82 WEST 1234 5698 7654 32 today", "to <IBAN> today"),
        ("call 020 7946 0958 or +1 212 555 0147.", "call <PHONE> or <PHONE>."),
        ("phone 020 7946 0201. Thanks", "phone <PHONE>. Thanks"),
        ("my ssn is 123-45-6789", "my ssn is <SSN>"),
        ("from 192.168.10.4.", "from <IP>."),
        ("https://jo:hunter2@example.com/x", "https://<URL_LOGIN>@example.com/x"),
        ("I live at 14 Harbour Lane now", "I live at <ADDRESS> now"),
    ],
)
def test_personal_data_becomes_a_typed_placeholder(text: str, expected: str) -> None:
    redacted, masked = redact(text)
    assert redacted == expected
    assert all(redacted[m.start : m.end] == f"<{m.kind}>" for m in masked)


def test_a_pseudonym_is_the_same_over_sources_and_differs_with_the_key() -> None:
    assert pseudonym("email:Jo@Example.com ", b"k") == pseudonym("email:jo@example.com", b"k")
    assert pseudonym("phone:+44 20 7946 0958", b"k") == pseudonym("phone:020 7946 0958", b"k")
    assert pseudonym("email:jo@example.com", b"k") != pseudonym("email:jo@example.com", b"other")

import pytest

from consultations.sought import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("amara", [("amara",)]),
        ("  Amara   Whitfield ", [("Amara",), ("Whitfield",)]),
        ("amara@example.com", [("amara@example.com",)]),
        ("ABCD-2345", [("ABCD-2345", "ABCD2345")]),
        ('"Amara"', [("Amara",)]),
        ("-", [("-",)]),
        ("", []),
    ],
)
def test_parts_of_words_are_each_word_with_and_without_dashes(text, parts):
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "+442079460018",
        "+44 20 7946 0018",
        "+44 (0)20 7946 0018",
        "+44 020 7946 0018",
        "0044 20 7946 0018",
        "020 7946 0018",
        "(020) 7946 0018",
        "020-7946-0018",
        "02079460018",
        "7946 0018",
        "7946",
        "0018",
        "020",
    ],
)
def test_parts_of_a_number_however_typed_are_in_the_number_as_it_is_stored(text):
    [[part]] = parts_of(text)
    assert part in "+442079460018"


def test_parts_of_a_number_beside_a_name_are_both():
    assert parts_of("amara 020 7946 0018") == [("2079460018",), ("amara",)]


def test_parts_of_a_number_from_abroad_keep_its_country():
    assert parts_of("0033 1 99 00 12 34") == [("33199001234",)]


def test_parts_of_an_address_with_digits_stay_together():
    assert parts_of("amara.19870101@example.com") == [("amara.19870101@example.com",)]


def test_parts_of_endless_text_are_those_of_its_beginning():
    assert parts_of("a" * 10_000) == [("a" * 200,)]

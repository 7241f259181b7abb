import pytest
from hypothesis import given
from hypothesis import strategies as st

from probio.exchange.cells import harmless, restored

FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://a.example","x")',
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff201+1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text.strip()}"


@pytest.mark.parametrize("text", ["+44 20 7946 0018", "-12.5", "020 7946 0018", "A. Whitfield", "5-6", "'twas", ""])
def test_numbers_phone_numbers_and_words_stay_readable(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "cell"), [("oats;=1+1", "oats;'=1+1"), ("oats\n-1+1", "oats\n'-1+1"), ('o;"=1', "o;\"'=1")]
)
def test_what_another_separator_would_make_a_cell_is_harmless_too(text, cell):
    assert harmless(text) == cell


@given(st.text(alphabet="=+-@'\"; \n\ta1.", max_size=12))
def test_what_was_made_harmless_is_restored_on_import(text):
    assert restored(harmless(text)) == text.strip() or text.strip().startswith(("+", "-"))

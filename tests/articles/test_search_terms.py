import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search_terms import (
    MAX_LENGTH,
    NothingToLookFor,
    Synonyms,
    Term,
    folded,
    parse_terms,
    with_synonyms,
    words_in,
)

DIGESTION = Synonyms(("Digestion", "tummy", "gut feeling"), topic=4)
SCFA = Synonyms(("short-chain fatty acids", "SCFA"))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("fibre", [Term("fibre", prefix="fibre")]),
        ("  Gut   Fibre ", [Term("Gut"), Term("Fibre", prefix="fibre")]),
        ('"gut barrier"', [Term("gut barrier", is_phrase=True)]),
        ("“gut barrier” fibre", [Term("gut barrier", is_phrase=True), Term("fibre", prefix="fibre")]),
        ("gut -virus", [Term("gut"), Term("virus", is_excluded=True)]),
        ('gut -"cold virus"', [Term("gut"), Term("cold virus", is_phrase=True, is_excluded=True)]),
        ("gut –virus", [Term("gut"), Term("virus", is_excluded=True)]),
        ("short-chain", [Term("short-chain")]),
        ('"gut barrier', [Term("gut"), Term("barrier", prefix="barrier")]),
        ('gut"barrier', [Term("gut"), Term("barrier", prefix="barrier")]),
        ("Kéfir", [Term("Kéfir", prefix="kefir")]),
        ("gut is", [Term("gut"), Term("is")]),
        ("gut\0fibre", [Term("gut"), Term("fibre", prefix="fibre")]),
        ("pro\u00adbiotic", [Term("probiotic", prefix="probiotic")]),
        ("🦠 gut & !", [Term("gut", prefix="gut")]),
    ],
)
def test_parse_terms_reads_words_quotes_and_minus(text, terms):
    assert parse_terms(text) == terms


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type a word"),
        (" \t\n", "Type a word"),
        ("\0", "Type a word"),
        ("🦠🦠", "Type a word"),
        ('"" - -- "', "Type a word"),
        ("& | ! <-> :* ( ) '", "Type a word"),
        ("x", "at least two letters"),
        ("x -virus", "at least two letters"),
        ("-virus", "a minus only leaves articles out"),
        ("x" * (MAX_LENGTH + 1), "too long"),
    ],
)
def test_parse_terms_of_nothing_to_look_for_says_why(text, reason):
    with pytest.raises(NothingToLookFor, match=reason):
        parse_terms(text)


@given(st.text(max_size=MAX_LENGTH))
def test_parse_terms_of_anything_gives_terms_with_words_or_says_why_not(text):
    try:
        terms = parse_terms(text)
    except NothingToLookFor:
        return
    assert terms
    for term in terms:
        assert any(c.isalnum() for c in term.words)
        assert "\0" not in term.words


@given(st.text(max_size=60))
def test_parse_terms_reads_what_a_term_says_it_was_typed_as(text):
    try:
        terms = parse_terms(text)
    except NothingToLookFor:
        return
    assert parse_terms(" ".join(term.typed for term in terms)) == terms


def test_with_synonyms_leads_from_what_people_say_to_the_topic():
    [term] = with_synonyms(parse_terms("Tummy"), [DIGESTION, SCFA])
    assert term == Term("Tummy", prefix="tummy", also=("Digestion",), topics=frozenset({4}))


def test_with_synonyms_of_a_topics_own_name_adds_no_words():
    [term] = with_synonyms(parse_terms("digestion"), [DIGESTION])
    assert (term.also, term.topics) == ((), frozenset({4}))


def test_with_synonyms_of_other_things_lead_to_each_other():
    [short, _] = with_synonyms(parse_terms("scfa bread"), [SCFA])
    [long, _] = with_synonyms(parse_terms("short-chain fatty acids bread"), [SCFA])
    assert (short.words, short.also) == ("scfa", ("short-chain fatty acids",))
    assert (long.words, long.also) == ("short-chain fatty acids", ("SCFA",))


@pytest.mark.parametrize("text", ["-tummy fibre", "gut -feeling", 'gut "feeling"', "tummies"])
def test_with_synonyms_leaves_other_words_alone(text):
    terms = parse_terms(text)
    assert with_synonyms(terms, [DIGESTION]) == terms


def test_with_synonyms_of_a_word_of_two_things_has_both():
    groups = [DIGESTION, Synonyms(("Pain", "tummy"), topic=5)]
    [term] = with_synonyms(parse_terms("tummy"), groups)
    assert (term.also, term.topics) == (("Digestion", "Pain"), frozenset({4, 5}))


def test_words_in_a_text_are_folded_and_worth_correcting():
    assert words_in("The Kéfir, the 4th pre-biotic; x" + "y" * 50) == {"kefir", "biotic"}


def test_folded_text_has_small_letters_no_accents_and_single_blanks():
    assert folded("  Crème\u00a0 BRÛLÉE ") == "creme brulee"

import pytest

from articles.document import parse
from articles.reference_html import Source, card_text, list_text
from articles.rendering import render

HOSTILE = '"><script>alert(1)</script>&'
ESCAPED = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"


def source(**overrides):
    return Source(**{"label": "Harper 2021", "kind": "Review", "html": "Harper A. <i>Gut</i>.", **overrides})


def notice(state, words, link=""):
    return f'<strong class="source-notice source-notice-{state}">{words}{link}</strong>'


RETRACTED = notice(
    "retracted",
    "Retracted: this source has been withdrawn.",
    ' <a href="https://doi.org/10.1000/n">Notice: doi.org/10.1000/n</a>',
)


def test_a_retracted_source_says_so_on_its_card_and_in_the_list_before_anything_else():
    retracted = source(retraction="retracted", notice_doi="10.1000/n", summary="It found much.", funding="Unfunded.")
    assert card_text(retracted) == f"{RETRACTED}<i>Review</i>It found much. Unfunded."
    assert list_text(retracted) == (
        f'Harper A. <i>Gut</i>. {RETRACTED} <span class="study-kind">Review; Unfunded.</span>'
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("concern", "Expression of concern: its publisher has doubts about this source."),
        ("corrected", "Corrected since it was published."),
    ],
)
def test_a_doubted_or_corrected_source_says_so_without_a_link_when_the_notice_has_none(state, words):
    assert card_text(source(retraction=state)) == f"{notice(state, words)}<i>Review</i>"


def test_a_source_that_is_as_it_was_says_nothing_of_it():
    assert card_text(source(retraction="none")) == "<i>Review</i>"
    assert list_text(source(retraction="none")) == 'Harper A. <i>Gut</i>. <span class="study-kind">Review.</span>'


def test_the_list_links_to_the_doi_and_to_pubmed():
    assert list_text(source(doi="10.1000/h", pmid="33318163")).endswith(
        ' <a href="https://doi.org/10.1000/h">doi.org/10.1000/h</a>'
        ' <a href="https://pubmed.ncbi.nlm.nih.gov/33318163/">PubMed 33318163</a>'
    )


def test_hostile_fields_are_text():
    hostile = source(pmid=HOSTILE, retraction="retracted", notice_doi=HOSTILE, doi=HOSTILE)
    for html in (card_text(hostile), list_text(hostile)):
        assert ("<script" in html, ESCAPED in html) == (False, True)


def test_a_page_shows_the_notice_at_the_first_mention_and_in_the_list():
    page = render(parse('<p>A<cite data-cite="x"></cite></p>'), {"x": source(retraction="corrected")}, {})
    words = "Corrected since it was published."
    assert (page.html.count(words), page.references_html.count(words)) == (1, 1)

"""How the nodes of the vocabulary come out on the page; plain text, figures and references: test_rendering.py."""

import pytest

from articles.document import DocumentError, Problem, parse
from articles.rendering import Source, Term, check_keys, render

SOURCES = {key: Source(label=key.capitalize(), kind="Review", html=key) for key in ("ash", "birch", "cedar")}
TERMS = {
    "axis": Term("gut–lung axis", "Traffic between gut & lungs.", "/articles/glossary/#term-axis"),
    "mucus": Term("mucus", "A slippery layer.", "/articles/glossary/#term-mucus"),
}


def html_of(body, **options):
    return render(parse(body), SOURCES, {}, TERMS, **options).html


def mark(mention, number, label, locator=""):
    return (
        f'<sup class="citation" id="cite-{mention}"><a href="#ref-{number}" aria-label="Reference {number}: {label}">'
        f'{number}</a><button type="button" popovertarget="note-{number}" '
        f'aria-label="Show reference {number}: {label}">{number}</button>{locator}</sup>'
    )


def card(number, label):
    return (
        f'<span class="reference-card" id="note-{number}" popover><b>{number}. {label}</b><i>Review</i> '
        f'<a href="#ref-{number}">Full reference {number}</a></span>'
    )


COMMA = '<sup class="citation-comma">,</sup>'


def test_citation_with_a_locator_says_where_in_the_reference():
    body = '<p>Seen<cite data-cite="ash" data-locator="p. 4 &amp; fig. &lt;2&gt;"></cite>.</p>'
    locator = '<span class="locator">(p. 4 &amp; fig. &lt;2&gt;)</span>'
    assert html_of(body) == f"<p>Seen{mark(1, 1, 'Ash', locator)}{card(1, 'Ash')}.</p>"


@pytest.mark.parametrize(
    "cites",
    [
        '<cite data-cite="ash birch"></cite>',
        '<cite data-cite="ash"></cite><cite data-cite="birch"></cite>',
    ],
)
def test_citations_side_by_side_are_parted_by_commas_and_followed_by_their_cards(cites):
    marks = mark(1, 1, "Ash") + COMMA + mark(2, 2, "Birch")
    assert html_of(f"<p>Seen{cites}.</p>") == f"<p>Seen{marks}{card(1, 'Ash')}{card(2, 'Birch')}.</p>"


def test_citations_with_words_between_them_are_not_parted():
    assert COMMA not in html_of('<p>a<cite data-cite="ash"></cite> b<cite data-cite="birch"></cite></p>')


def test_citations_in_a_table_leave_their_cards_behind_the_box_that_scrolls():
    html = html_of(
        '<table><caption>Seen</caption><tr><th>Who</th></tr><tr><td>One<cite data-cite="ash"></cite></td></tr></table>'
        '<p>Two<cite data-cite="birch"></cite></p>'
    )
    assert f"<td>One{mark(1, 1, 'Ash')}</td></tr></tbody></table></div>{card(1, 'Ash')}\n<p>Two" in html
    assert html.endswith(f"{card(2, 'Birch')}</p>")


def test_every_mention_of_a_reference_has_a_way_back_with_a_name_of_its_own():
    body = '<p>a<cite data-cite="ash"></cite> b<cite data-cite="ash birch"></cite></p>'
    references = render(parse(body), SOURCES, {}, {}).references_html
    names = [f"Back to mention {n} of reference {reference}" for reference, n in ((1, 1), (1, 2), (2, 1))]
    assert [references.count(f'aria-label="{name}"') for name in names] == [1, 1, 1]
    assert [references.count(f'href="#cite-{mention}"') for mention in (1, 2, 3)] == [1, 1, 1]


def term(number, url, name, words):
    return (
        f'<span class="term"><a href="{url}">{words}</a><button type="button" popovertarget="term-{number}" '
        f'aria-label="What {name} means"></button></span>'
    )


def test_term_links_to_its_entry_and_brings_its_definition_the_first_time():
    html = html_of(
        '<p>The <dfn data-term="axis"><em>gut–lung</em> axis</dfn>, <dfn data-term="mucus">slime</dfn>.</p>'
        '<p>An <dfn data-term="axis">axis</dfn>.</p>'
    )
    axis, mucus = TERMS["axis"], TERMS["mucus"]
    card_of_axis = (
        '<span class="term-card" id="term-1" popover><b>gut–lung axis</b> Traffic between gut &amp; lungs. '
        f'<a href="{axis.url}">gut–lung axis in the glossary</a></span>'
    )
    card_of_mucus = (
        '<span class="term-card" id="term-2" popover><b>mucus</b> A slippery layer. '
        f'<a href="{mucus.url}">mucus in the glossary</a></span>'
    )
    assert html == (
        f"<p>The {term(1, axis.url, axis.name, '<em>gut–lung</em> axis')}{card_of_axis}, "
        f"{term(2, mucus.url, mucus.name, 'slime')}{card_of_mucus}.</p>\n"
        f"<p>An {term(1, axis.url, axis.name, 'axis')}.</p>"
    )


def test_table_has_a_name_scrolls_in_its_own_box_and_says_what_each_header_heads():
    html = html_of(
        "<table><caption>Who was &lt;studied&gt;</caption><tbody><tr><th><p></p></th><th><p>Number</p></th></tr>"
        "<tr><th>Patients</th><td><p>100</p></td></tr></tbody></table>"
    )
    assert html == (
        '<div class="table-scroll" role="region" aria-labelledby="table-1" tabindex="0"><table>'
        '<caption id="table-1">Who was &lt;studied&gt;</caption>'
        '<thead><tr><td></td><th scope="col"><p>Number</p></th></tr></thead>'
        '<tbody><tr><th scope="row">Patients</th><td><p>100</p></td></tr></tbody></table></div>'
    )


def test_table_without_a_row_of_headers_has_no_head():
    html = html_of("<table><caption>c</caption><tr><th>a</th><td>b</td></tr></table>")
    assert html.endswith('<tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table></div>')


@pytest.mark.parametrize(
    ("care", "title", "number"),
    [
        ("gp", "When to see your GP", "GP"),
        ("111", "When to call 111", '<a href="tel:111">111</a>'),
        ("999", "When to call 999", '<a href="tel:999">999</a>'),
    ],
)
def test_care_note_sends_people_to_help_in_our_words_below_the_writers(care, title, number):
    start, our_words = html_of(f'<section data-box="care" data-care="{care}"><p>Mine</p></section>').split(
        "<p>Mine</p>"
    )
    assert start == (
        f'<section class="care care-{care}" aria-labelledby="box-1"><h2 class="heading-3" id="box-1">{title}</h2>'
    )
    assert number in our_words


def test_care_note_may_have_a_heading_of_its_own_and_an_empty_one_has_our_words_only():
    html = html_of('<section data-box="care" data-care="999" data-title="Now"><p></p></section>')
    assert (html.count("<p>"), "Now</h2><p>Call" in html) == (1, True)


def test_invitation_is_a_plain_link_that_carries_the_article():
    html = html_of(
        '<section data-box="consultation"></section>', invitation_url="/consultations/?from=a-b&x"
    )  # fmt: skip
    assert html.startswith('<section class="consultation" aria-labelledby="box-1"><h2 class="heading-3" id="box-1">')
    assert '<p><a class="button" href="/consultations/?from=a-b&amp;x">Book a free consultation</a></p>' in html


def test_empty_paragraphs_leave_no_gap():
    assert html_of("<p>One</p><p></p><p>Two</p>") == "<p>One</p>\n<p>Two</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "<p>New</p>"),
        ("", "<h2>Newer</h2><p>New</p><h3>Newest</h3>"),
        ("<h2>Gone</h2>", ""),
        ('<section data-box="study"><h3>Why</h3></section>', ""),
    ],
)
def test_heading_ids_stay_when_other_text_changes(before, after):
    rest = "<h2>Why</h2><p>a</p><h3>How</h3>"
    ids = ['<h2 id="section-why">', '<h3 id="section-how">']
    for body in (before + rest, after + rest):
        assert [html_of(body).count(identifier) for identifier in ids] == [1, 1]


@pytest.mark.parametrize(
    ("body", "words", "message"),
    [
        (
            '<p>The <dfn data-term="axes">axis</dfn></p>',
            "axis",
            "the glossary has no term with the key “axes”; did you mean “axis”?",
        ),
        ('<p>The <dfn data-term="zz">axis</dfn></p>', "axis", "the glossary has no term with the key “zz”"),
    ],
)
def test_check_keys_of_an_unknown_term_is_refused_with_the_nearest_key(body, words, message):
    with pytest.raises(DocumentError) as refused:
        check_keys(parse(body), (), (), TERMS)
    assert refused.value.problems == [Problem(1, words, message)]

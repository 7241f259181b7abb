"""What a body may say with the nodes of the vocabulary beyond plain text, and what a writer hears otherwise."""

import pytest

from articles.document import DocumentError, Element, Problem, parse

CAPTION = "<caption>Who was studied</caption>"
ROWS = "<tr><th><p>Group</p></th><th>Number</th></tr><tr><th>Patients</th><td><p>100</p></td></tr>"
NEEDS_CAPTION = "a table needs one caption, which says what it shows"
UNEVEN = "each row of a table needs as many cells as the others: none can be merged"
SAME = "another heading says the same, so links could not tell them apart"


def problems_of(body):
    with pytest.raises(DocumentError) as refused:
        parse(body)
    return refused.value.problems


@pytest.mark.parametrize(
    "body",
    [
        '<p>Seen<cite data-cite="a1" data-locator="p. 4"></cite><cite data-cite="b2 c3"></cite>.</p>',
        '<p>A <dfn data-term="dysbiosis"><em>dysbiosis</em></dfn> of sorts.</p>',
        f"<table>{CAPTION}<tbody>{ROWS}</tbody></table>",
        f"<table>{CAPTION}<thead><tr><th>Group</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        f"<table>{CAPTION}<tr><th></th></tr><tr><td><ul><li>one</li></ul></td></tr></table>",
        f'<section data-box="study"><table>{CAPTION}{ROWS}</table></section>',
        '<section data-box="care" data-care="gp"></section>',
        '<section data-box="care" data-care="111"><p>You feel faint.</p></section>',
        '<section data-box="care" data-care="999"><p></p></section>',
        '<section data-box="consultation" data-title="Ask us"></section>',
        "<h2>One</h2><h3>Two</h3><h2>Three</h2>",
        '<section data-box="study"><h3>Who</h3></section><section data-box="study"><h3>Who</h3></section>',
    ],
)
def test_parse_of_every_node_in_its_place_is_accepted(body):
    assert parse(body).blocks


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            '<p>Seen<cite data-cite="a b" data-locator="p. 4"></cite></p>',
            Problem(
                1, "Seen", "a citation that says where needs a single reference: cite the others behind it"
            ),
        ),
        (
            '<h2>Seen<cite data-cite="a"></cite></h2>',
            Problem(1, "Seen", "a citation cannot stand in a heading: put it into the text below"),
        ),
        (
            '<h2><strong>A <dfn data-term="b">word</dfn></strong></h2>',
            Problem(1, "A word", "a glossary term cannot stand in a heading: mark it in the text below"),
        ),
        ("<p>A <dfn>word</dfn></p>", Problem(1, "word", "a glossary term names no entry")),
        ('<p>A <dfn data-term="b"> </dfn></p>', Problem(1, "A", "a glossary term needs words")),
        (
            '<p>A <dfn data-term="b">w<a href="https://a.example">x</a></dfn></p>',
            Problem(1, "wx", "a link cannot stand inside a glossary term: it is one itself"),
        ),
        (
            '<p><a href="https://a.example">x<dfn data-term="b">w</dfn></a></p>',
            Problem(1, "xw", "a glossary term cannot stand inside a link: it is one itself"),
        ),
        (
            '<p><dfn data-term="b">w<cite data-cite="b"></cite></dfn></p>',
            Problem(1, "w", "a citation cannot stand inside a glossary term: put it behind the words"),
        ),
        (f"<table>{ROWS}</table>", Problem(1, "Group Number Patients 100", NEEDS_CAPTION)),
        (f"<table><caption> </caption>{ROWS}</table>", Problem(1, "Group Number Patients 100", NEEDS_CAPTION)),
        (
            f"<table>{CAPTION}<tr><td>100</td></tr></table>",
            Problem(1, "Who was studied 100", "a table needs header cells"),
        ),
        (
            f"<table>{CAPTION}<tr><th>a</th><th>b</th></tr><tr><td>c</td></tr></table>",
            Problem(1, "Who was studied a b c", UNEVEN),
        ),
        (
            f"<table>{CAPTION}<tr><th colspan=2>a</th></tr><tr><td>b</td><td>c</td></tr></table>",
            Problem(1, "Who was studied a b c", UNEVEN),
        ),
        (
            f"<table>{CAPTION}<tr><th><h2>a</h2></th></tr></table>",
            Problem(1, "a", "<h2> cannot stand inside <th>"),
        ),
        (
            "<table><caption>Of <em>E. coli</em></caption><tr><th>a</th></tr></table>",
            Problem(1, "E. coli", "<em> cannot stand inside <caption>"),
        ),
        (
            f"<blockquote><table>{CAPTION}{ROWS}</table></blockquote>",
            Problem(1, "Who was studied Group Number Patients 10", "<table> cannot stand inside <blockquote>"),
        ),
        (f"<table>{CAPTION}loose{ROWS}</table>", Problem(0, "loose", "put this text into a paragraph")),
        (
            '<section data-box="care" data-care="112"><p>x</p></section>',
            Problem(1, "x", "a care note is one of: gp, 111, 999"),
        ),
        (
            '<section data-box="consultation"><p>Buy now</p></section>',
            Problem(1, "Buy now", "put this outside the invitation, which has words of its own"),
        ),
        (
            '<section data-box="study"><section data-box="care"><p>x</p></section></section>',
            Problem(1, "x", "<section> cannot stand inside <section>"),
        ),
        (
            '<section data-box="study"><h2>x</h2></section>',
            Problem(1, "x", "<h2> cannot stand inside <section>"),
        ),
        ("<h3>One</h3><h2>Two</h2>", Problem(1, "One", "a smaller heading needs a larger one above it")),
        ("<h2>One</h2><p>x</p><h2>one!</h2><h2>One</h2>", Problem(3, "one!", SAME)),
        ("<h2>One</h2><h3>One</h3>", Problem(2, "One", SAME)),
    ],
)  # fmt: skip
def test_parse_of_a_node_that_cannot_be_published_says_where_and_why(body, problem):
    assert problems_of(body) == [problem]


@pytest.mark.parametrize(
    "href", ["https://a.example/b?c=d", "HTTP://a.example", "mailto:a@b.example", "/articles/", "#x"]
)
def test_parse_of_a_link_that_leads_where_it_says_is_accepted(href):
    assert parse(f'<p><a href="{href}">a</a></p>').text == "a"


@pytest.mark.parametrize(
    "href",
    ["", "javascript:alert(1)", "//a.example", "/\\a.example", "/&#9;/a.example", "a.example", "ftp://a.example"],
)
def test_parse_of_a_link_that_leads_nowhere_or_elsewhere_is_refused(href):
    message = "a link needs an address that begins with https://, http://, mailto:, / or #"
    assert problems_of(f'<p>One</p><p>Two <a href="{href}">three</a></p>') == [Problem(2, "three", message)]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<p>One</p><p>Two <b>three</b> four</p>", Problem(2, "three four", "<b> cannot be used in an article")),
        ("<p>One</p><p>Two<img src=x></p>", Problem(2, "Two", "<img> cannot be used in an article")),
        ("<p>One</p><hr><p>Two</p>", Problem(2, "", "<hr> cannot be used in an article")),
        ("<p>One<br>two</p><video>x", Problem(2, "x", "<video> cannot be used in an article")),
        ("</p></p><p>One <u>two</u></p>", Problem(1, "two", "<u> cannot be used in an article")),
    ],
)
def test_parse_of_an_unknown_element_names_its_block_and_the_words_there(body, problem):
    assert problems_of(body) == [problem]


def test_text_has_the_headings_of_boxes_the_captions_of_tables_and_the_words_of_terms():
    document = parse(
        '<section data-box="study" data-title="Mice, not people"><p>Twelve <dfn data-term="mouse">mice</dfn>.</p>'
        f"</section><table>{CAPTION}{ROWS}</table>"
    )
    assert document.text == "Mice, not people Twelve mice.\nWho was studied Group Number Patients 100"
    assert document.term_keys == {"mouse"}


def test_headings_are_those_of_the_article_and_not_those_in_boxes():
    document = parse('<h2>One</h2><section data-box="study"><h3>Inside</h3></section><h3>Two</h3>')
    assert list(document.headings()) == [(1, Element("h2", {}, ["One"])), (3, Element("h3", {}, ["Two"]))]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<section data-box="in-short"></section>', "a box needs something in it"),
        ('<section data-box="study" data-title="Mice"><p> </p></section>', "a box needs something in it"),
        ('<p>a <a href="https://a.example"></a></p>', "a link needs words"),
        ('<section data-box="consultation"></section>' * 2, "an article invites to a consultation once at most"),
    ],
)
def test_what_shows_readers_nothing_is_refused(body, problem):
    with pytest.raises(DocumentError, match=problem):
        parse(body)

import pytest

from articles.document import MAX_DEPTH, DocumentError, Problem, parse, slug_of
from articles.figure_html import Illustration
from articles.rendering import Source, check_keys, render
from articles.vocabulary import CERTAINTIES

HOSTILE = '<script>alert("1")</script>'
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g /></svg>'
SOURCES = {
    "harper2021": Source(label="Harper 2021", kind="Review", html="Harper A. <i>Gut</i>.", doi="10.1000/h"),
    "yeoh2021": Source(
        label="Yeoh 2021",
        kind="Observational study",
        html="Yeoh YK.",
        sample="100 patients",
        funding="Paid by a maker.",
        summary="Compared two groups.",
    ),
}


def make_drawing(**overrides):
    values = {
        "svg": SVG,
        "alt": "A cell",
        "description": "One round cell.",
        "caption": "Cells are round.",
        "note": "Not to scale.",
        "legend": [],
        "credit": "Drawn by Probio7",
        "licence": "CC BY 4.0",
    }
    return Illustration(**{**values, **overrides})


def rendered(body, sources=SOURCES, drawings=None):
    return render(parse(body), sources, {"lining": make_drawing()} if drawings is None else drawings)


def mark(mention, number, label):
    return (
        f'<sup class="citation" id="cite-{mention}"><a href="#ref-{number}" aria-label="Reference {number}: {label}">'
        f'{number}</a><button type="button" popovertarget="note-{number}" '
        f'aria-label="Show reference {number}: {label}">{number}</button></sup>'
    )


def card(number, label, kind, lines=""):
    return (
        f'<span class="reference-card" id="note-{number}" popover><b>{number}. {label}</b><i>{kind}</i>{lines} '
        f'<a href="#ref-{number}">Full reference {number}</a></span>'
    )


COMMA = '<sup class="citation-comma">,</sup>'
YEOH_LINES = "Compared two groups. Paid by a maker."
YEOH_CARD = card(1, "Yeoh 2021", "Observational study, 100 patients", YEOH_LINES)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Plain, <strong>strong</strong>, <em>stressed</em>, H<sub>2</sub>O, m<sup>2</sup>,<br>next line.</p>",
        "<ul><li><p>one</p></li></ul>\n<ol><li><p>two</p></li></ol>\n<blockquote><p>three</p></blockquote>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; 5 &gt; 4</p>",
        '<p><a href="https://a.example/?b=1&amp;c=%22">a</a> <a href="/articles/">b</a> <a href="#x">c</a></p>',
    ],
)
def test_render_of_plain_elements_gives_them_back(body):
    assert rendered(body).html == body


def test_render_without_citations_has_no_references_and_no_contents():
    page = rendered("<p>Mucus</p>")
    assert (page.contents, page.references_html, page.reference_keys) == ([], "", [])


def test_render_of_a_first_mention_links_to_the_reference_and_brings_its_card():
    page = rendered('<p>Seen<cite data-cite="yeoh2021"></cite>.</p>')
    assert page.html == f"<p>Seen{mark(1, 1, 'Yeoh 2021')}{YEOH_CARD}.</p>"


def test_render_numbers_references_by_first_mention_and_brings_each_card_once():
    page = rendered(
        '<p>A<cite data-cite="yeoh2021"></cite></p><p>B<cite data-cite="harper2021 yeoh2021"></cite></p>'
        '<p>C<cite data-cite="harper2021"></cite></p>'
    )
    assert page.reference_keys == ["yeoh2021", "harper2021"]
    assert page.html == (
        f"<p>A{mark(1, 1, 'Yeoh 2021')}{YEOH_CARD}</p>\n"
        f"<p>B{mark(2, 2, 'Harper 2021')}{COMMA}{mark(3, 1, 'Yeoh 2021')}{card(2, 'Harper 2021', 'Review')}</p>\n"
        f"<p>C{mark(4, 2, 'Harper 2021')}</p>"
    )


def test_reference_list_says_kind_doi_and_leads_back_to_the_only_mention():
    assert rendered('<p>A<cite data-cite="harper2021"></cite></p>').references_html == (
        '<ol class="references"><li id="ref-1">Harper A. <i>Gut</i>. <span class="study-kind">Review.</span> '
        '<a href="https://doi.org/10.1000/h">doi.org/10.1000/h</a> '
        '<a href="#cite-1" aria-label="Back to mention 1 of reference 1">Back</a></li></ol>'
    )


def test_reference_list_without_doi_says_sample_and_funding_and_leads_back_to_every_mention():
    body = '<p>A<cite data-cite="yeoh2021"></cite> B<cite data-cite="yeoh2021"></cite></p>'
    assert rendered(body).references_html == (
        '<ol class="references"><li id="ref-1">Yeoh YK. <span class="study-kind">Observational study; 100 patients; '
        'Paid by a maker.</span> <a href="#cite-1" aria-label="Back to mention 1 of reference 1">Back (1)</a> '
        '<a href="#cite-2" aria-label="Back to mention 2 of reference 1">Back (2)</a></li></ol>'
    )


@pytest.mark.parametrize(
    ("source", "link"),
    [
        (
            {"doi": "10.1002/(sici)1<1661::aid#x>3.0.co;2-2"},
            '<a href="https://doi.org/10.1002/%28sici%291%3C1661%3A%3Aaid%23x%3E3.0.co%3B2-2">'
            "doi.org/10.1002/(sici)1&lt;1661::aid#x&gt;3.0.co;2-2</a> ",
        ),
        (
            {"url": "https://www.nhs.uk/x?a=1&b=2"},
            '<a href="https://www.nhs.uk/x?a=1&amp;b=2">www.nhs.uk/x?a=1&amp;b=2</a> ',
        ),
        ({"url": "http://a.example/"}, '<a href="http://a.example/">a.example/</a> '),
        (
            {"doi": "10.1000/h", "url": "https://a.example/"},
            '<a href="https://doi.org/10.1000/h">doi.org/10.1000/h</a> ',
        ),
        ({"url": "javascript:alert(1)"}, ""),
        ({}, ""),
    ],
)
def test_reference_list_links_to_the_doi_or_else_to_an_address_on_the_web(source, link):
    page = rendered('<p>A<cite data-cite="x"></cite></p>', {"x": Source(label="X", kind="Report", html="X.", **source)})
    assert page.references_html == (
        f'<ol class="references"><li id="ref-1">X. <span class="study-kind">Report.</span> {link}'
        '<a href="#cite-1" aria-label="Back to mention 1 of reference 1">Back</a></li></ol>'
    )


def test_render_of_a_hostile_source_shows_it_as_text():
    source = Source(label=HOSTILE, kind=HOSTILE, html="safe", doi=HOSTILE, sample=HOSTILE, funding="", summary=HOSTILE)
    page = rendered('<p>A<cite data-cite="x"></cite></p>', {"x": source})
    hostile_card = card(1, ESCAPED, f"{ESCAPED}, {ESCAPED}", ESCAPED)
    assert page.html == f"<p>A{mark(1, 1, ESCAPED)}{hostile_card}</p>"
    assert page.references_html == (
        f'<ol class="references"><li id="ref-1">safe <span class="study-kind">{ESCAPED}; {ESCAPED}.</span> '
        f'<a href="https://doi.org/%3Cscript%3Ealert%28%221%22%29%3C/script%3E">doi.org/{ESCAPED}</a> '
        '<a href="#cite-1" aria-label="Back to mention 1 of reference 1">Back</a></li></ol>'
    )


def test_render_of_two_figures_numbers_them_with_ids_of_their_own():
    html = rendered('<figure data-figure="lining"></figure><figure data-figure="lining"></figure>').html
    assert [html.count(f'id="figure-{n}"') for n in (1, 2, 3)] == [1, 1, 0]
    assert [html.count(f"<b>Figure {n}. ") for n in (1, 2, 3)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("attributes", "kind", "title"),
    [
        ('data-box="in-short"', "in-short", "In short"),
        ('data-box="care"', "care", "When to get help"),
        ('data-box="care" data-title="Call 999"', "care", "Call 999"),
        ('data-box="study"', "study", "Study in focus"),
        ('data-box="study" data-title="&lt;script&gt;&quot;"', "study", "&lt;script&gt;&quot;"),
    ],
)
def test_render_of_a_box_is_a_region_named_by_its_heading(attributes, kind, title):
    assert rendered(f"<section {attributes}><p>x</p></section>").html == (
        f'<section class="{kind}" aria-labelledby="box-1"><h2 class="heading-3" id="box-1">{title}</h2>'
        "<p>x</p></section>"
    )


@pytest.mark.parametrize(("filled", "level"), list(enumerate(CERTAINTIES, start=1)))
def test_render_of_a_certainty_fills_as_many_rods_as_its_rank_and_says_the_word(filled, level):
    body = f'<section data-box="study" data-title="T" data-certainty="{level}"><p>x</p></section>'
    html = rendered(body).html
    assert (html.count(' class="certainty-on"'), html.count("<path ")) == (filled, 5)
    assert html.endswith(f"</svg> {level.capitalize()}.</p></section>")


def test_headings_get_ids_from_their_words_and_the_sections_make_the_contents():
    page = rendered("<h2>Third line: the slow response</h2><h3>T cells</h3><h2>Why?</h2>")
    assert page.html == (
        '<h2 id="section-third-line-the-slow-response">Third line: the slow response</h2>\n'
        '<h3 id="section-t-cells">T cells</h3>\n'
        '<h2 id="section-why">Why?</h2>'
    )
    assert page.contents == [
        {"id": "section-third-line-the-slow-response", "text": "Third line: the slow response"},
        {"id": "section-why", "text": "Why?"},
    ]


def test_headings_of_hostile_words_have_harmless_ids_and_escaped_text():
    page = rendered('<h2>&lt;img src=x onerror="alert(1)"&gt;</h2>')
    assert page.html == '<h2 id="section-img-src-x-onerror-alert-1">&lt;img src=x onerror="alert(1)"&gt;</h2>'
    assert page.contents == [{"id": "section-img-src-x-onerror-alert-1", "text": '<img src=x onerror="alert(1)">'}]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("From gut to lung", "section-from-gut-to-lung"),
        ("  Crème brûlée & co. ", "section-creme-brulee-co"),
        ("腸", "section"),
        ("", "section"),
    ],
)
def test_slug_of_words_is_lower_case_ascii_behind_a_prefix(text, slug):
    assert slug_of(text) == slug


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            '<p>A<cite data-cite="harper2012"></cite></p>',
            "no reference has the key “harper2012”; did you mean “harper2021”?",
        ),
        ('<p>A<cite data-cite="zz"></cite></p>', "no reference has the key “zz”"),
        ('<p>A<cite data-cite="harper2021 zz"></cite></p>', "no reference has the key “zz”"),
    ],
)
def test_check_keys_of_an_unknown_citation_is_refused_with_the_nearest_key(body, message):
    with pytest.raises(DocumentError) as refused:
        check_keys(parse(f"<p>First</p>{body}"), SOURCES, {"lining"})
    assert refused.value.problems == [Problem(2, "A", message)]


def test_check_keys_of_unknown_keys_reports_every_one():
    body = '<figure data-figure="linning"></figure><p>A<cite data-cite="x"></cite></p><figure></figure>'
    with pytest.raises(DocumentError) as refused:
        check_keys(parse(body), SOURCES, {"lining"})
    assert refused.value.problems == [
        Problem(2, "A", "no reference has the key “x”"),
        Problem(1, "", "no figure has the key “linning”; did you mean “lining”?"),
        Problem(3, "", "no figure has the key “”"),
    ]


def test_render_of_deep_nesting_gives_it_back():
    body = "<blockquote>" * (MAX_DEPTH - 1) + "<p>deep</p>" + "</blockquote>" * (MAX_DEPTH - 1)
    assert rendered(body).html == body

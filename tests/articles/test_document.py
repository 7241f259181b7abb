import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.document import MAX_DEPTH, DocumentError, Element, Problem, citation_keys, parse, sanitise, slug_of
from articles.vocabulary import CERTAINTIES, VOCABULARY

ATTRIBUTES = {"href", "data-cite", "data-locator", "data-term", "data-figure"}
ATTRIBUTES |= {"data-box", "data-title", "data-certainty", "data-care"}
FRAGMENTS = [
    *(f"<{tag}>" for tag in VOCABULARY),
    *(f"</{tag}>" for tag in VOCABULARY),
    *(
        '<a href="https://a.example">',
        '<a href="javascript:alert(1)">',
        '<p onclick="alert(1)">',
        '<a onclick="x" style="y">',
    ),
    *("<script>", "</script>", "<style>", "<svg>", "<math>", "<!--", "-->", "<![CDATA[", "]]>", "</", "<"),
    *("&lt;", "&amp;lt;script&amp;gt;", "&", '"', "mucus", " ", "\n", "\x00"),
]


def problems_of(body):
    with pytest.raises(DocumentError) as refused:
        parse(body)
    return refused.value.problems


def outcome_of(body):
    try:
        return parse(body), []
    except DocumentError as error:
        return None, error.problems


def test_parse_keeps_blocks_elements_attributes_and_text_in_order():
    body = '<p>See <em>this</em><cite data-cite="a1 b2"></cite>.<br>So.</p><figure data-figure="lining"></figure>'
    assert parse(body).blocks == [
        Element(
            "p",
            {},
            ["See ", Element("em", {}, ["this"]), Element("cite", {"data-cite": "a1 b2"}), ".", Element("br"), "So."],
        ),
        Element("figure", {"data-figure": "lining"}),
    ]


def test_parse_of_blanks_between_blocks_drops_them():
    assert parse("\n<p>One</p>\n\n<p>Two</p>\n").blocks == [Element("p", {}, ["One"]), Element("p", {}, ["Two"])]


def test_parse_of_escaped_markup_is_text_and_no_element():
    assert parse("<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;</p>").blocks == [
        Element("p", {}, ["<script>alert(1)</script> &amp;"])
    ]


def test_parse_of_elements_outside_the_vocabulary_names_each_once():
    body = "<p>a<script>x</script></p><style>p{}</style><div><p>b</p></div><style></style>"
    assert [problem.message for problem in problems_of(body)] == [
        "<script> cannot be used in an article",
        "<style> cannot be used in an article",
        "<div> cannot be used in an article",
    ]


@pytest.mark.parametrize(
    "tag",
    ["img", "iframe", "object", "embed", "form", "input", "svg", "math", "template", "link", "meta", "h1", "base"],
)
def test_parse_of_an_element_that_could_load_or_send_something_is_refused(tag):
    assert parse("<p>Mucus</p>").text == "Mucus"
    assert f"<{tag}> cannot be used in an article" in [
        problem.message for problem in problems_of(f"<p>Mucus</p><{tag}>")
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("loose words", Problem(0, "loose words", "put this text into a paragraph")),
        ("<p>One</p>and a tail", Problem(0, "and a tail", "put this text into a paragraph")),
        ("<p>One</p><li>two</li>", Problem(2, "two", "<li> must stand inside a list")),
        ("<strong>bold</strong>", Problem(1, "bold", "<strong> must stand inside a paragraph")),
        ('<p>One</p><p>Two<cite data-cite=" "></cite></p>', Problem(2, "Two", "a citation names no reference")),
        ("<p>Two<cite></cite></p>", Problem(1, "Two", "a citation names no reference")),
        ("<section><p>x</p></section>", Problem(1, "x", "a box is one of: in-short, study, care, consultation")),
        (
            '<section data-box="ad"><p>x</p></section>',
            Problem(1, "x", "a box is one of: in-short, study, care, consultation"),
        ),
        (
            '<section data-box="study" data-certainty="sure"><p>x</p></section>',
            Problem(1, "x", "certainty is one of: early, mixed, good, strong, settled"),
        ),
        ("<ul>one<li>two</li></ul>", Problem(1, "one", "put this text into an item of the list")),
        ("<ol><li>one</li>two</ol>", Problem(1, "two", "put this text into an item of the list")),
        ("<ul><p>one</p></ul>", Problem(1, "one", "<p> cannot stand inside <ul>")),
        ("<blockquote><li>two</li></blockquote>", Problem(1, "two", "<li> must stand inside a list")),
        ("<h2>One<p>two</p></h2>", Problem(1, "two", "<p> cannot stand inside <h2>")),
        ("<h2><ul><li>one</li></ul></h2>", Problem(1, "one", "<ul> cannot stand inside <h2>")),
        ("<p>a</p><h2> <br></h2>", Problem(2, "", "a heading needs words")),
        ("<h3></h3>", Problem(1, "", "a heading needs words")),
        (
            '<ul><li><section data-box="care"><p>x</p></section></li></ul>',
            Problem(1, "x", "<section> cannot stand inside <li>"),
        ),
        ('<section data-box="care">words</section>', Problem(1, "words", "put this text into a paragraph")),
        (
            '<p>a<cite data-cite="b">words</cite></p>',
            Problem(1, "words", "put this text outside the citation, which shows no words of its own"),
        ),
        (
            '<figure data-figure="b">words</figure>',
            Problem(1, "words", "put this text outside the figure, which shows no words of its own"),
        ),
        ('<figure data-figure="b"><p>words</p></figure>', Problem(1, "words", "<p> cannot stand inside <figure>")),
        (
            '<p><a href="https://a.example">link<em><cite data-cite="b"></cite></em></a></p>',
            Problem(1, "link", "a citation cannot stand inside a link: it is one itself"),
        ),
    ],
)
def test_parse_of_a_body_that_cannot_be_published_says_where_and_why(body, problem):
    assert problems_of(body) == [problem]


def test_parse_of_several_faults_reports_them_all_at_once():
    body = '<p>One<cite></cite></p><section data-box="ad"></section>tail'
    assert sorted(problem.block for problem in problems_of(body)) == [0, 1, 2]


@pytest.mark.parametrize("box", ["in-short", "study", "care"])
@pytest.mark.parametrize("certainty", ["", *CERTAINTIES])
def test_parse_of_every_box_and_certainty_is_accepted(box, certainty):
    body = f'<section data-box="{box}" data-certainty="{certainty}"><p>x</p></section>'
    assert parse(body).blocks[0].attributes == {"data-box": box, "data-certainty": certainty}


@pytest.mark.parametrize(
    "body",
    [
        "<ul><li>one<ol><li><p>two</p><p>three</p></li></ol></li></ul>",
        "<blockquote>one <em>two</em><p>three</p></blockquote>",
        '<section data-box="care"><h3>one</h3><ul><li><p>two</p></li></ul><figure data-figure="x"></figure></section>',
        "<h2>one <strong>two</strong><sup>3</sup></h2>",
    ],
)
def test_parse_of_elements_where_they_may_stand_is_accepted(body):
    assert len(parse(body).blocks) == 1


@pytest.mark.parametrize(
    ("block", "words", "sentence"),
    [
        (3, "Mucus is", "Paragraph 3 near “Mucus is”: a citation names no reference"),
        (3, "", "Paragraph 3: a citation names no reference"),
        (0, "Mucus is", "Near “Mucus is”: a citation names no reference"),
        (0, "", "a citation names no reference"),
    ],
)
def test_problem_reads_as_a_sentence_for_the_writer(block, words, sentence):
    assert str(Problem(block, words, "a citation names no reference")) == sentence


def test_document_error_says_every_problem():
    error = DocumentError([Problem(1, "", "first"), Problem(2, "", "second")])
    assert str(error) == "Paragraph 1: first; Paragraph 2: second"


def test_elements_come_with_the_number_of_their_block_in_reading_order():
    document = parse(
        '<p>a<cite data-cite="x"></cite></p><ul><li><p>b<cite data-cite="y z"></cite></p></li></ul>'
        '<p>c<cite data-cite="x"></cite></p>'
    )
    found = [(block, citation_keys(cite)) for block, cite in document.elements("cite")]
    assert found == [(1, ["x"]), (2, ["y", "z"]), (3, ["x"])]


def test_text_has_a_line_for_each_block_with_single_blanks():
    document = parse("<h2>First\n line</h2><ul><li><p>one</p></li><li><p>two</p></li></ul><p>three  four<br>five</p>")
    assert document.text == "First line\none two\nthree four five"
    assert document.word_count == 7


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>H<sub>2</sub>O and <em>E. coli</em>, yes.</p>", "H2O and E. coli, yes."),
        ('<p>Seen<cite data-cite="a"></cite>, twice.</p>', "Seen, twice."),
        ("<h2>What is <em>Akkermansia</em>?</h2>", "What is Akkermansia?"),
        ("<ul><li><p>one</p><p>two</p></li></ul>", "one two"),
        ("<ul><li>one<br>two</li><li>three</li></ul>", "one two three"),
        ("<p>one<br>two <strong>three<br></strong>four</p>", "one two three four"),
    ],
)
def test_text_of_inline_markup_joins_and_of_blocks_and_lines_parts(body, text):
    document = parse(body)
    assert (document.text, document.word_count) == (text, len(text.split()))


@pytest.mark.parametrize("body", ["", "<p></p>", "<!-- a note -->", '<figure data-figure="lining"></figure>'])
def test_word_count_of_a_body_without_words_is_zero(body):
    assert parse(body).word_count == 0


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p>a</p><style>p{background:url(//x)}</style>", "<p>a</p>"),
        ('<p onclick="alert(1)" style="color:red" class="x" id="main">a</p>', "<p>a</p>"),
        ('<p><a href="javascript:alert(1)" onclick="alert(1)">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href=" JaVa&#9;Script:alert(1)">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="data:text/html,<b>">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="vbscript:x">a</a></p>', "<p><a>a</a></p>"),
        (
            '<p><a href="https://a.example/?b=1&amp;c=2" target="_blank" onmouseover="x">a</a></p>',
            '<p><a href="https://a.example/?b=1&amp;c=2">a</a></p>',
        ),
        ('<p><img src="x" onerror="alert(1)">a</p>', "<p>a</p>"),
        ("<!-- x --><p>a</p>", "<p>a</p>"),
        ("<!--><script>alert(1)</script>--><p>a</p>", "--&gt;<p>a</p>"),
        ("<svg><style><p>a</p></style></svg>", "<p>a</p>"),
        ('<math><mtext><style><p title="</style><img src=x onerror=alert(1)>"></style></mtext></math>', ""),
        ("<p>a<iframe><p>b</p></iframe></p>", "<p>a&lt;p&gt;b&lt;/p&gt;</p>"),
        ('<cite data-cite="a" data-other="b"></cite>', '<cite data-cite="a"></cite>'),
    ],
)
def test_sanitise_of_hostile_markup_keeps_the_vocabulary_only(hostile, kept):
    assert sanitise(hostile) == kept


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@example('<h2><a href="https://a.example">x<h2><a href="https://b.example">y')
def test_sanitise_of_anything_leaves_a_browser_nothing_beyond_the_vocabulary(html):
    clean = sanitise(html)
    for element in html5lib.parseFragment(clean, namespaceHTMLElements=False).iter():
        if element.tag != "DOCUMENT_FRAGMENT":
            assert element.attrib.keys() <= VOCABULARY[element.tag] & ATTRIBUTES
            assert element.get("href", "https:").startswith("https:")
    assert sanitise(clean) == clean


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_parse_of_anything_gives_either_a_document_or_problems(html):
    document, problems = outcome_of(html)
    assert (document is None) == bool(problems)
    assert outcome_of(html) == (document, problems)


def nested(depth):
    return "<blockquote>" * (depth - 1) + "<p>deep</p>" + "</blockquote>" * (depth - 1)


def test_parse_of_deep_nesting_keeps_every_level():
    document = parse(nested(MAX_DEPTH))
    assert len(list(document.elements("blockquote", "p"))) == MAX_DEPTH
    assert document.text == "deep"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 2000])
def test_parse_of_deeper_nesting_is_refused_with_words(depth):
    assert problems_of(nested(depth)) == [Problem(0, "", "elements stand inside each other more than 20 deep")]


def test_headings_that_differ_by_a_greek_letter_have_ids_of_their_own():
    body = "<h2>α-diversity</h2><p>a</p><h2>β-diversity</h2><p>b</p><h2>IFN-Γ at 5 µM</h2><p>c</p>"
    identifiers = [slug_of(heading.text) for _, heading in parse(body).headings()]
    assert identifiers == ["section-alpha-diversity", "section-beta-diversity", "section-ifn-gamma-at-5-mum"]


def test_body_longer_than_anybody_reads_is_refused():
    with pytest.raises(DocumentError, match="300,000 are the most: make two of it"):
        parse(f"<p>{'word ' * 60_000}</p>")

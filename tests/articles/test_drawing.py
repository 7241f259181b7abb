import pytest

from articles.drawing import MAX_DEPTH, DrawingError, clean_drawing, legend_rows, with_text_alternative
from articles.sample import FOLDER

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"'
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def drawing(inside):
    return f"{HEAD}>{inside}</svg>"


def refusal(text):
    with pytest.raises(DrawingError) as refused:
        clean_drawing(text)
    return str(refused.value)


def test_clean_drawing_of_shapes_and_labels_returns_them_unchanged():
    text = drawing(
        '<g fill="none" stroke="var(--art-tissue,#fad3cb)" transform="rotate(30 5 5)"><path d="M0 0h10v10H0z" />'
        '<text x="1" y="2" text-anchor="middle">5 &lt; 6 &amp; ä<tspan dx="1">A</tspan></text></g>'
    )
    assert clean_drawing(text) == text


def test_clean_drawing_with_a_prefix_writes_the_elements_without_it():
    prefixed = '<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><s:g /></s:svg>'
    assert clean_drawing(prefixed) == drawing("<g />")


def test_clean_drawing_drops_declaration_and_processing_instructions():
    text = '<?xml version="1.0" encoding="utf-16"?><?xml-stylesheet href="//evil.example/x.css"?>' + drawing("<g />")
    assert clean_drawing(text) == drawing("<g />")


def test_clean_drawing_of_the_sample_is_idempotent():
    once = clean_drawing((FOLDER / "gut-microbiome-fighting-viruses" / "three-lines-of-defence.svg").read_text())
    assert clean_drawing(once) == once


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<g><script href="//evil.example/x.js"/></g>', "script"),
        ("<style>*{fill:red}</style>", "style"),
        ("<foreignObject><p>x</p></foreignObject>", "foreignObject"),
        ('<image href="//evil.example/x.png"/>', "image"),
        ('<use href="#a"/>', "use"),
        ('<a href="javascript:alert(1)"><g/></a>', "a"),
        ('<animate attributeName="href"/>', "animate"),
        ('<set attributeName="onclick"/>', "set"),
        ("<SCRIPT>alert(1)</SCRIPT>", "SCRIPT"),
        ('<script xmlns="">alert(1)</script>', "script"),
        ('<script xmlns="http://www.w3.org/1999/xhtml">1</script>', "{http://www.w3.org/1999/xhtml}script"),
        ('<h:p xmlns:h="http://www.w3.org/1999/xhtml">x</h:p>', "{http://www.w3.org/1999/xhtml}p"),
    ],
)
def test_clean_drawing_with_an_element_beyond_shapes_is_refused_by_name(inside, name):
    assert clean_drawing(drawing("<g />")) == drawing("<g />")
    assert refusal(drawing(inside)) == f"<{name}> is not allowed in a drawing."


@pytest.mark.parametrize(
    ("attribute", "name"),
    [
        ('onload="alert(1)"', "onload"),
        ('onclick="alert(1)"', "onclick"),
        ('style="fill:url(//evil.example)"', "style"),
        ('href="#a"', "href"),
        (f'{XLINK} xlink:href="//evil.example"', "{http://www.w3.org/1999/xlink}href"),
        ('xml:base="//evil.example"', "{http://www.w3.org/XML/1998/namespace}base"),
        ('id="main"', "id"),
        ('class="x"', "class"),
        ('filter="x"', "filter"),
    ],
)
def test_clean_drawing_with_an_attribute_beyond_shape_and_colour_is_refused_by_name(attribute, name):
    message = f"The attribute “{name}” is not allowed in a drawing."
    assert refusal(drawing(f"<g {attribute}/>")) == message
    assert refusal(f"{HEAD} {attribute}/>") == message


@pytest.mark.parametrize(
    "value",
    [
        "url(#a)",
        "URL(//evil.example/x)",
        "red url( 'x' )",
        "javascript:alert(1)",
        "https://evil.example",
        "&#117;rl(x)",
        r"\75rl(//evil.example/x.svg#a)",
        "var(--a,url(x))",
    ],
)
def test_clean_drawing_with_a_colour_that_leads_elsewhere_is_refused(value):
    assert refusal(drawing(f'<g fill="{value}"/>')) == "“fill” must not lead elsewhere."


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE svg [<!ENTITY a "b">]>{HEAD}><text>&a;</text></svg>',
        f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}><text>&a;</text></svg>',
        f'<!DOCTYPE svg [<!ENTITY a "{"x" * 100}"><!ENTITY b "{"&a;" * 100}">]>{HEAD}><text>&b;</text></svg>',
        f'<!<!--DOCTYPE svg [<!--!ENTITY a "b">]>{HEAD}><text>&a;</text></svg>',
        drawing("<text><![CDATA[<script>]]></text>"),
    ],
)
def test_clean_drawing_with_document_type_or_cdata_is_refused(text):
    assert refusal(text) == "The drawing must not have a document type or CDATA."


def test_clean_drawing_leaves_out_what_a_drawing_program_noted():
    drawn = clean_drawing("<!-- Made with a program -->" + drawing('<g><!-- a layer --><circle r="4"/></g>'))
    assert "program" not in drawn
    assert "layer" not in drawn
    assert "circle" in drawn


@pytest.mark.parametrize(
    "text", ["", "words", drawing("<g>"), drawing("<text>&nbsp;</text>"), drawing("\x00"), drawing("<g a=1/>")]
)
def test_clean_drawing_that_is_not_well_formed_is_refused(text):
    assert refusal(text).startswith("The drawing is not well-formed SVG: ")


@pytest.mark.parametrize(
    "text",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
        '<svg viewBox="0 0 1 1"><g/></svg>',
        '<g xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    ],
)
def test_clean_drawing_that_is_not_one_svg_with_a_view_box_is_refused(text):
    assert refusal(text) == "The drawing must be one <svg> with a viewBox."


@pytest.mark.parametrize("text", [f"{HEAD}/>", drawing(" "), drawing("words")])
def test_clean_drawing_without_shapes_is_refused(text):
    assert refusal(text) == "The drawing is empty."


def test_clean_drawing_nested_as_deep_as_may_be_is_returned_unchanged():
    text = drawing("<g>" * (MAX_DEPTH - 2) + "<g />" + "</g>" * (MAX_DEPTH - 2))
    assert clean_drawing(text) == text


@pytest.mark.parametrize("depth", [MAX_DEPTH, 5000])
def test_clean_drawing_nested_deeper_is_refused_with_words(depth):
    message = "The drawing has elements inside each other more than 30 deep."
    assert refusal(drawing("<g>" * depth + "</g>" * depth)) == message


def test_clean_drawing_too_long_for_a_page_is_refused_before_it_is_read():
    assert refusal("<" * 200_001) == "The drawing has 200001 characters and may have 200000: simplify it."


def test_legend_rows_come_as_mark_name_and_text_in_order():
    legend = [{"mark": "A", "name": "Mucus", "text": "Sticky.", "more": 1}, {"text": "x", "name": "y", "mark": "1"}]
    assert legend_rows(legend) == [("A", "Mucus", "Sticky."), ("1", "y", "x")]
    assert legend_rows([]) == []


@pytest.mark.parametrize(
    "legend",
    [
        *({}, "words", 5, ["A"], [None], [[]], [{"mark": "A"}]),
        [{"mark": 1, "name": "Mucus", "text": "Sticky."}],
        [{"mark": "A", "name": "Mucus", "text": " "}],
    ],
)
def test_legend_rows_of_another_shape_are_refused_with_words(legend):
    with pytest.raises(DrawingError, match="A legend is a list of objects, each with “mark”, “name” and “text”"):
        legend_rows(legend)


def test_text_alternative_names_and_describes_the_drawing_in_escaped_words():
    image = with_text_alternative(
        clean_drawing(drawing("<g />")), title="5 < 6", description='<script>"x"</script>', identifier="figure-1"
    )
    assert image == (
        f'{HEAD} role="img" aria-labelledby="figure-1-title figure-1-description">'
        '<title id="figure-1-title">5 &lt; 6</title>'
        '<desc id="figure-1-description">&lt;script&gt;&quot;x&quot;&lt;/script&gt;</desc><g /></svg>'
    )

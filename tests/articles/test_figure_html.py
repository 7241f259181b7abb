import pytest

from articles.figure_html import Drawing, figure_html

HOSTILE = '<script>alert("1")</script>'
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g /></svg>'


def shown(*, number=1, **overrides):
    values = {
        "svg": SVG,
        "title": "A cell",
        "description": "One round cell.",
        "caption": "Cells are round.",
        "note": "Not to scale.",
        "legend": [],
        "credit": "Drawn by Probio7",
        "licence": "CC BY 4.0",
    }
    return figure_html(Drawing(**{**values, **overrides}), number=number)


def test_figure_gives_caption_note_credit_and_licence():
    assert shown() == (
        '<figure class="figure figure-wide" id="figure-1"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" '
        'role="img" aria-labelledby="figure-1-title figure-1-description">'
        '<title id="figure-1-title">A cell</title><desc id="figure-1-description">One round cell.</desc><g /></svg>'
        "<figcaption><p><b>Figure 1. Cells are round.</b> Not to scale.</p>"
        '<p class="small">Drawn by Probio7 (CC BY 4.0).</p></figcaption></figure>'
    )


@pytest.mark.parametrize(
    ("credit", "source", "line"),
    [
        ("Drawn by Probio7", "Harper 2021", "Drawn by Probio7 (CC BY 4.0). Source: Harper 2021."),
        ("Drawn by Probio7", HOSTILE, f"Drawn by Probio7 (CC BY 4.0). Source: {ESCAPED}."),
        ("Adapted from Harper et al. 2021", "Harper 2021", "Adapted from Harper et al. 2021 (CC BY 4.0)."),
        (
            "Adapted from Harper et al. 2020",
            "Harper 2021",
            "Adapted from Harper et al. 2020 (CC BY 4.0). Source: Harper 2021.",
        ),
    ],
)
def test_figure_names_its_source_unless_the_credit_does(credit, source, line):
    assert shown(credit=credit, source=source).endswith(f'<p class="small">{line}</p></figcaption></figure>')


def test_figure_legend_lists_letters_and_digits_apart():
    html = shown(legend=[("1", "Barrier", "Firmer."), ("A", "Mucus", "Sticky."), ("2", "Acid", "Sour.")])
    letter, digit = '<span class="figure-key-letter">', '<span class="figure-key-digit">'
    assert (
        f'</p><ul class="figure-key"><li>{letter}A</span><div><b>Mucus</b>Sticky.</div></li></ul>'
        f'<ol class="figure-key"><li>{digit}1</span><div><b>Barrier</b>Firmer.</div></li>'
        f'<li>{digit}2</span><div><b>Acid</b>Sour.</div></li></ol><p class="small">'
    ) in html


def test_figure_with_hostile_words_shows_every_one_as_text():
    words = dict.fromkeys(("title", "description", "caption", "note", "credit", "licence"), HOSTILE)
    html = shown(**words, legend=[(HOSTILE, HOSTILE, HOSTILE)])
    assert html.count(ESCAPED) == 9
    assert "<script" not in html

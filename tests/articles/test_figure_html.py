import pytest

from articles.figure_html import Illustration, Photo, figure_html

HOSTILE = '<script>alert("1")</script>'
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g /></svg>'
CC_BY = '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'
WIDE = "(min-width: 75rem) 58.5rem, (min-width: 44rem) 40rem, 92vw"
PHOTO = Photo(
    width=1000,
    height=600,
    files={
        "avif": {480: "/media/a/480.avif", 1000: "/media/a/1000.avif"},
        "webp": {480: "/media/a/480.webp", 1000: "/media/a/1000.webp"},
        "jpg": {480: "/media/a/480.jpg", 1000: "/media/a/1000.jpg"},
    },
)
UPRIGHT = Photo(width=480, height=800, files={"avif": {480: "/b.avif"}, "webp": {480: "/b.webp"}})


def shown(*, number=1, **overrides):
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
    return figure_html(Illustration(**{**values, **overrides}), number=number)


def test_figure_of_a_drawing_has_text_alternative_caption_note_credit_and_licence():
    assert shown() == (
        '<figure class="figure figure-wide" id="figure-1"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" '
        'role="img" aria-labelledby="figure-1-title figure-1-description">'
        '<title id="figure-1-title">A cell</title><desc id="figure-1-description">One round cell.</desc><g /></svg>'
        "<figcaption><p><b>Figure 1. Cells are round.</b> Not to scale.</p>"
        f'<p class="small">Drawn by Probio7 ({CC_BY}).</p></figcaption></figure>'
    )


def test_figure_of_a_photo_offers_every_format_and_size_and_says_how_large_it_will_be():
    assert shown(svg="", photo=PHOTO, description="", note="") == (
        '<figure class="figure figure-wide" id="figure-1"><picture>'
        f'<source type="image/avif" srcset="/media/a/480.avif 480w, /media/a/1000.avif 1000w" sizes="{WIDE}">'
        f'<source type="image/webp" srcset="/media/a/480.webp 480w, /media/a/1000.webp 1000w" sizes="{WIDE}">'
        f'<img src="/media/a/1000.jpg" srcset="/media/a/480.jpg 480w, /media/a/1000.jpg 1000w" sizes="{WIDE}" '
        'width="1000" height="600" alt="A cell" fetchpriority="high"></picture>'
        "<figcaption><p><b>Figure 1. Cells are round.</b></p>"
        f'<p class="small">Drawn by Probio7 ({CC_BY}).</p></figcaption></figure>'
    )


def test_figure_of_an_upright_photo_keeps_to_the_column():
    html = shown(svg="", photo=UPRIGHT)
    assert html.startswith(
        '<figure class="figure" id="figure-1"><picture><source type="image/avif" srcset="/b.avif 480w"'
    )
    assert '<img src="/b.webp" srcset="/b.webp 480w" sizes="(min-width: 44rem) 40rem, 92vw" width="480"' in html


def test_figure_of_a_photo_that_is_not_the_first_loads_when_it_comes_near():
    html = shown(svg="", photo=PHOTO, number=2)
    assert 'alt="A cell" loading="lazy" decoding="async">' in html
    assert "fetchpriority" not in html


def test_figure_of_a_photo_gives_its_long_description_to_everybody():
    html = shown(svg="", photo=PHOTO, description="One round cell.", number=3)
    assert "</p><details><summary>Figure 3 in words</summary><p>One round cell.</p></details><p" in html


def test_figure_that_is_decorative_is_passed_by():
    assert 'alt="" ' in shown(svg="", photo=PHOTO, alt="", description="")
    drawn = shown(alt="", description="")
    assert '<svg aria-hidden="true" focusable="false" xmlns=' in drawn
    assert "<title" not in drawn


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({}, f"Drawn by Probio7 ({CC_BY})."),
        ({"credit": "A. Sousa.", "licence": "with permission"}, "A. Sousa (with permission)."),
        ({"source": "Harper 2021"}, f"Drawn by Probio7 ({CC_BY}). Source: Harper 2021."),
        (
            {"source": "Harper 2021", "source_address": "https://doi.org/10.1/a?b&c"},
            f'Drawn by Probio7 ({CC_BY}). Source: <a href="https://doi.org/10.1/a?b&amp;c">Harper 2021</a>.',
        ),
        (
            {"source": "Harper 2021", "adaptation": "redrawn and simplified."},
            f"Drawn by Probio7 ({CC_BY}). Adapted from Harper 2021: redrawn and simplified.",
        ),
        ({"source": HOSTILE}, f"Drawn by Probio7 ({CC_BY}). Source: {ESCAPED}."),
    ],
)
def test_figure_says_who_made_it_and_what_it_was_taken_from(words, line):
    assert shown(**words).endswith(f'<p class="small">{line}</p></figcaption></figure>')


@pytest.mark.parametrize(
    ("licence", "path"),
    [
        ("CC BY 4.0", "licenses/by/4.0"),
        ("CC BY-SA 3.0", "licenses/by-sa/3.0"),
        ("CC BY-NC-ND 2.0", "licenses/by-nc-nd/2.0"),
        ("CC0 1.0", "publicdomain/zero/1.0"),
    ],
)
def test_figure_links_the_licences_that_ask_for_it(licence, path):
    assert f'(<a href="https://creativecommons.org/{path}/">{licence}</a>)' in shown(licence=licence)


def test_figure_legend_lists_letters_and_digits_apart():
    html = shown(legend=[("1", "Barrier", "Firmer."), ("A", "Mucus", "Sticky."), ("2", "Acid", "Sour.")])
    letter, digit = '<span class="figure-key-letter">', '<span class="figure-key-digit">'
    assert (
        f'</p><ul class="figure-key"><li>{letter}A</span><div><b>Mucus</b>Sticky.</div></li></ul>'
        f'<ol class="figure-key"><li>{digit}1</span><div><b>Barrier</b>Firmer.</div></li>'
        f'<li>{digit}2</span><div><b>Acid</b>Sour.</div></li></ol><p class="small">'
    ) in html


@pytest.mark.parametrize("picture", [{"svg": SVG}, {"svg": "", "photo": PHOTO}])
def test_figure_with_hostile_words_shows_every_one_as_text(picture):
    words = dict.fromkeys(("alt", "description", "caption", "note", "credit", "licence", "source"), HOSTILE)
    html = shown(**words, **picture, legend=[(HOSTILE, HOSTILE, HOSTILE)], source_address='"><script>')
    assert html.count(ESCAPED) == 10
    assert "<script" not in html

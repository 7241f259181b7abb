import pytest

from articles.comparing import Difference, Piece, compare, words_changed
from tests.articles.factories import make_content

pytestmark = pytest.mark.django_db


def bodies(old, new):
    content = make_content()
    before, after = (type(content)(**vars(content) | {"body": body}) for body in (old, new))
    return compare(before, after)


def test_words_changed_says_what_went_and_what_came():
    assert words_changed("Mucus is very sticky.", "Mucus is sticky and wet.") == [
        Piece("same", "Mucus is "),
        Piece("gone", "very sticky."),
        Piece("new", "sticky and wet."),
    ]


def test_compare_of_the_same_is_nothing():
    content = make_content()
    assert compare(content, content) == []


def test_compare_leaves_out_paragraphs_that_are_the_same_and_shows_one_put_in_whole():
    assert bodies("<p>One.</p><p>Two.</p>", "<p>One.</p><p>New.</p><p>Two.</p>") == [
        Difference("Text", [[Piece("new", "New.")]])
    ]


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("<p>a</p>", "<h2>a</h2>", [Piece("new", "Heading: "), Piece("same", "a")]),
        (
            '<p>a<cite data-cite="one"></cite></p>',
            '<p>a<cite data-cite="two"></cite></p>',
            [Piece("gone", "a[one]"), Piece("new", "a[two]")],
        ),
        (
            '<p><a href="https://a.example/">a</a></p>',
            '<p><a href="https://b.example/">a</a></p>',
            [Piece("gone", "a[https://a.example/]"), Piece("new", "a[https://b.example/]")],
        ),
        (
            '<figure data-figure="one"></figure>',
            '<figure data-figure="two"></figure>',
            [Piece("gone", "[one]"), Piece("new", "[two]")],
        ),
        (
            '<section data-box="study"><p>a</p></section>',
            '<section data-box="care"><p>a</p></section>',
            [Piece("gone", "[study]"), Piece("new", "[care]")],
        ),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li>a<ul><li>c</li></ul></li></ul>", None),
    ],
)
def test_compare_shows_changes_of_marks_too(old, new, pieces):
    pieces = pieces or [Piece("same", "• "), Piece("gone", "b"), Piece("new", "c")]
    assert bodies(old, new) == [Difference("Text", [pieces])]


def test_compare_of_a_body_that_the_vocabulary_no_longer_has_shows_it_as_it_is():
    assert bodies("<blink>a</blink>", "<p>a</p>") == [
        Difference("Text", [[Piece("gone", "<blink>a</blink>"), Piece("new", "a")]])
    ]

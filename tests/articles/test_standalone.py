import pytest

from articles.standalone import standalone, xml_text

URL = "https://probio7.example/articles/mucus/"


@pytest.mark.parametrize(
    ("fragment", "alone"),
    [
        ('<p>a <a href="/articles/x/">b</a></p>', '<p>a <a href="https://probio7.example/articles/x/">b</a></p>'),
        ('<p><a href="#ref-1">1</a></p>', f'<p><a href="{URL}#ref-1">1</a></p>'),
        ('<p><a href="mailto:a@example.com">1</a></p>', '<p><a href="mailto:a@example.com">1</a></p>'),
        ('<p>a<button popovertarget="n">1</button>b</p>', "<p>ab</p>"),
        ('<p>a<span class="big reference-card" popover>1 <a href="#x">x</a></span>b</p>', "<p>ab</p>"),
        ('<p id="a" class="b" popover>c</p>', "<p>c</p>"),
        ('<img src="/m/1.avif" alt="a">', '<img src="https://probio7.example/m/1.avif" alt="a">'),
        (
            '<picture><source srcset="/m/1.avif"><img src="/m/1.png" srcset="/m/1.png 480w, /m/2.png 720w"></picture>',
            '<picture><img src="https://probio7.example/m/1.png" '
            'srcset="https://probio7.example/m/1.png 480w, https://probio7.example/m/2.png 720w"></picture>',
        ),
        (
            '<figure id="figure-1"><svg><title>A cell</title><text>label</text></svg><p>b</p></figure>',
            f'<figure><a href="{URL}#figure-1">See the drawing: A cell</a><p>b</p></figure>',
        ),
        ('<p>a<svg class="certainty"><path d="M0 0"></path></svg> Early.</p>', "<p>a Early.</p>"),
        ("<p>a\x0bb &lt;i&gt; &amp; 腸</p>", "<p>ab &lt;i&gt; &amp; 腸</p>"),
        ("", ""),
    ],
)
def test_standalone_leaves_what_can_be_read_anywhere(fragment, alone):
    assert standalone(fragment, url=URL) == f"<div>{alone}</div>"


def test_xml_text_leaves_out_what_xml_cannot_write():
    assert xml_text("a\x00\x0b\x1f\ufffe b\n\tµ腸🦠") == "a b\n\tµ腸🦠"

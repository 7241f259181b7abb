from consultations.plain_text import read

PAGE = """<!doctype html><html><head><title>Booked:
 Tuesday &amp; more</title><style>p { color: red }</style></head><body>
<div class="preview">Never read</div>
<table><tr><td class="masthead">Probio7</td></tr>
<tr><td class="pad content"><h1>Hello, &lt;b&gt;Eve</h1>
<p>One   line,
with <b>weight</b> and <a href="https://example.com/x?a=1&amp;b=2">a link</a>.</p>
<table class="facts"><tr><th scope="row">When</th><td>Tuesday,
 ten</td></tr><tr><th scope="row">Where</th><td>London</td></tr></table>
<h2>Next</h2><ul><li>First</li><li>Second</li></ul>
<p>Write to <a href="mailto:team@example.com?subject=X">team@example.com</a>.</p></td></tr>
<tr><td class="why"><p>Because.</p></td></tr><tr><td>Not read</td></tr></table></body></html>"""

TEXT = """Hello, <b>Eve

One line, with weight and a link.
https://example.com/x?a=1&b=2
When:         Tuesday, ten
Where:        London

Next
----
- First
- Second

Write to team@example.com.

Because.
"""


def test_read_returns_the_subject_and_the_whole_content_as_lines():
    assert read(PAGE) == ("Booked: Tuesday & more", TEXT)


def test_read_of_a_page_without_content_is_empty():
    assert read("<p>Nothing marked</p>") == ("", "\n")

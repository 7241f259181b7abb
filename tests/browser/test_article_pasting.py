"""What an editor pastes into an article: they are told what it cannot hold, and merged cells are split."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import body_of, saved_body

NOT_OURS = (
    '<html><head><style>p { color: red }</style></head><body style="color: red">'
    '<b style="font-weight: normal"><h1>Slime</h1><p><span>A <u>layer</u> of <kbd>goo</kbd>.<o:p></o:p></span>'
    '<img src="/a.png"><svg><title>dot</title></svg></p><hr><iframe src="/b"></iframe>'
    '<p><a href="javascript:alert(1)">Here</a>, <a href="https://example.org/">there</a></p></b></body></html>'
)
OURS = (
    '<section data-box="study"><p>A <dfn data-term="mucus">slime</dfn><cite data-cite="harper2021"></cite></p>'
    '</section><figure data-figure="lining"></figure><h2>Why</h2><ol start="1"><li><p>It <em>is</em>.</p></li></ol>'
)
MERGED = (
    '<table><caption>Who was <i>studied</i></caption><thead><tr><th rowspan="2">Group</th>'
    '<th colspan="2">Number</th></tr><tr><th>Women</th><th>Men</th></tr></thead><tbody>'
    '<tr><td rowspan="2">Patients</td><td colspan="2">100<blockquote>or so</blockquote></td></tr>'
    "<tr><td>50</td><td>50</td></tr></tbody></table>"
)


def paste(page, html="", text="some words"):
    """Paste into the body, as the browser does, and return what the page then says about it."""
    body_of(page).evaluate(
        """(body, [html, text]) => {
            const clipboardData = new DataTransfer()
            clipboardData.setData("text/plain", text)
            if (html) clipboardData.setData("text/html", html)
            body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
        }""",
        [html, text],
    )
    return page.locator(".paste-notice [role=status]").inner_text()


def rows(*rows):
    return "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)


def test_what_is_pasted_and_left_out_or_changed_is_said_until_the_next_paste(editor, no_barriers):
    assert paste(editor, NOT_OURS) == (
        "Left out of what you pasted: 2 pictures, 1 embedded page, 1 dividing line. "
        "Place pictures with “Place a figure”. "
        "Changed: 1 heading of another level became a paragraph; 1 piece of code became plain words; "
        "1 underlined passage lost its line; 1 link that leads to no page became plain words."
    )
    no_barriers(editor)
    assert '<p>Slime</p><p>A layer of goo.</p><p>Here, <a href="https://example.org/">there</a>' in saved_body(editor)


def test_plain_text_and_our_own_nodes_are_pasted_without_a_word(editor):
    paste(editor, "<h1>Slime</h1>")
    expect(editor.get_by_role("status")).to_contain_text("1 heading")
    assert paste(editor) == ""
    paste(editor, "<hr>")
    assert paste(editor, OURS) == ""
    expect(editor.locator(".paste-notice").get_by_role("button")).to_be_hidden()


def test_looks_that_an_office_program_writes_as_styles_are_pasted(editor):
    words = (
        '<p><span style="font-weight:400">A </span><span style="color:#000;font-weight:700">bold</span> '
        '<span style="font-style:italic">word</span></p>'
    )
    assert paste(editor, f'<b style="font-weight:normal" id="docs-internal-guid-1">{words}</b>') == ""
    assert "A <strong>bold</strong> <em>word</em>" in saved_body(editor)


def test_merged_cells_are_pasted_as_cells_of_their_own(editor):
    editor.keyboard.press("Control+End")
    assert paste(editor, MERGED) == (
        "Changed: 1 quotation in a table became a paragraph; 4 merged cells were split; "
        "1 table caption lost its formatting."
    )
    cells = rows(
        ["<th><p>Group</p></th>", "<th><p>Number</p></th>", "<th><p></p></th>"],
        ["<th><p></p></th>", "<th><p>Women</p></th>", "<th><p>Men</p></th>"],
        ["<td><p>Patients</p></td>", "<td><p>100</p><p>or so</p></td>", "<td><p></p></td>"],
        ["<td><p></p></td>", "<td><p>50</p></td>", "<td><p>50</p></td>"],
    )
    table = f"<table><caption>Who was studied</caption><tbody>{cells}</tbody></table>"
    assert saved_body(editor).removesuffix("<p></p>").endswith(table)


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ('<td colspan="99">A</td></tr><tr><td>B</td><td>C</td>', [["A", ""], ["B", "C"]]),
        ('<td rowspan="0">A</td><td>B</td></tr><tr></tr><tr><td>C</td>', [["A", "B"], ["", ""], ["", "C"]]),
        ('<td>A</td><td rowspan="2" colspan="2">B</td></tr><tr>', [["A", "B"], ["", ""]]),
    ],
)
def test_cells_merged_in_odd_ways_make_rows_of_one_length(editor, table, cells):
    paste(editor, f"<table><tbody><tr>{table}</tr></tbody></table>")
    found = editor.locator(".ProseMirror tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    assert found == cells

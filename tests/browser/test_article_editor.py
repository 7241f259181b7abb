"""An editor puts every node of the vocabulary into an article with buttons and dialogs, and changes it again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import frames_pass, saved_body
from tests.conftest import wait_for


def selects_the_second_word(page):
    """Press the keys, and return whether the editor has followed and keeps to it."""
    page.keyboard.press("Control+Home")
    for _ in range(len("One ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Control+ArrowRight")
    frames_pass(page)
    return page.evaluate("getSelection().toString()") == "slime"


def press(page, button, answers=None, submit=None):
    """Press a button of the editor and fill in its dialog: by label, what to type, choose or (True) tick."""
    page.get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, answer in (answers or {}).items():
        field = dialog.get_by_label(label)
        if answer is True:
            field.check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)
    if submit:
        dialog.get_by_role("button", name=submit, exact=True).click()


def test_citations_are_put_behind_the_words_and_changed(editor):
    suggested = editor.locator("#reference-keys option").evaluate_all("options => options.map(one => one.value)")
    assert suggested == ["harper2021", "yeoh2021"]
    editor.keyboard.press("Shift+End")
    press(editor, "Cite a reference", {"Reference": "harper2021", "Where in it": "p. 4"}, "Cite")
    press(editor, "Cite a reference", {"Reference": "yeoh2021"}, "Cite")
    editor.locator("cite").first.click()
    press(editor, "Cite a reference", {"Where in it": "p. 5"}, "Cite")
    assert saved_body(editor) == (
        '<p>One slime.<cite data-cite="harper2021" data-locator="p. 5"></cite><cite data-cite="yeoh2021"></cite></p>'
        "<p>Two</p>"
    )


def test_words_are_explained_by_the_glossary_and_not(editor):
    wait_for(lambda: selects_the_second_word(editor), seconds=20, what="the word selected")
    press(editor, "Explain the selected words by the glossary", {"Glossary term": "mucus"}, "Explain")
    assert saved_body(editor) == '<p>One <dfn data-term="mucus">slime</dfn>.</p><p>Two</p>'
    editor.locator("dfn").click()
    press(editor, "Explain the selected words by the glossary", submit="Do not explain")
    assert saved_body(editor) == "<p>One slime.</p><p>Two</p>"


def test_figures_and_invitations_are_placed_and_changed(editor):
    editor.keyboard.press("Control+End")
    press(editor, "Place a figure", {"Figure": "lining"}, "Place")
    press(editor, "Place an invitation to a consultation", {}, "Place")
    editor.locator(".ProseMirror section").click()
    press(editor, "Place an invitation to a consultation", {"Heading": "Ask us"}, "Place")
    assert saved_body(editor).removeprefix("<p>One slime.</p><p>Two</p>").removesuffix("<p></p>") == (
        '<figure data-figure="lining"></figure><section data-box="consultation" data-title="Ask us"></section>'
    )


@pytest.mark.parametrize(
    ("button", "answers", "box", "changes", "changed"),
    [
        (
            "“In short” box",
            {},
            'data-box="in-short"',
            {"Heading": "Briefly"},
            'data-box="in-short" data-title="Briefly"',
        ),
        (
            "“Study in focus” box",
            {"Heading": "Mice", "How sure": "early"},
            'data-box="study" data-title="Mice" data-certainty="early"',
            {"Heading": ""},
            'data-box="study" data-certainty="early"',
        ),
        (
            "note on where to get help",
            {},
            'data-box="care" data-care="gp"',
            {"Sends people to": "NHS 111"},
            'data-box="care" data-care="111"',
        ),
    ],
)
def test_blocks_are_put_into_a_box_which_is_changed_and_taken_away(editor, button, answers, box, changes, changed):
    name = f"Put the selection into a{'n' if 'In short' in button else ''} {button}"
    editor.keyboard.press("Control+a")
    press(editor, name, answers, "Put into a box")
    assert saved_body(editor) == f"<section {box}><p>One slime.</p><p>Two</p></section>"
    editor.locator(".ProseMirror section p").first.click()
    press(editor, name, changes, "Change")
    assert saved_body(editor) == f"<section {changed}><p>One slime.</p><p>Two</p></section>"
    editor.locator(".ProseMirror section p").first.click()
    editor.keyboard.press("Control+a")
    press(editor, name, {}, "Take the box away")
    assert saved_body(editor) == "<p>One slime.</p><p>Two</p>"


def test_a_table_is_made_and_filled_and_its_caption_changed(editor):
    editor.keyboard.press("Control+End")
    size = {"Rows": "2", "Columns": "2", "The first column holds headings too": True}
    press(editor, "Insert table", {"Caption": "Who", **size}, "Insert table")
    for word in ("Group", "Number", "Patients", "100"):
        editor.keyboard.type(word)
        editor.keyboard.press("Tab")
    expect(editor.get_by_role("button", name="Merge cells")).to_have_count(0)
    editor.get_by_role("button", name="Delete row").click()
    press(editor, "Change the caption of the table", {"Caption": "Who was studied"}, "Change")
    table = (
        "<table><caption>Who was studied</caption><tbody><tr><th><p>Group</p></th><th><p>Number</p></th></tr>"
        "<tr><th><p>Patients</p></th><td><p>100</p></td></tr></tbody></table>"
    )
    assert saved_body(editor).removesuffix("<p></p>") == f"<p>One slime.</p><p>Two</p>{table}"
    editor.locator(".ProseMirror td").click()
    editor.keyboard.press("End")
    editor.keyboard.type("+")
    assert table.replace("100", "100+") in saved_body(editor)

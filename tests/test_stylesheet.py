"""The one stylesheet of public pages: whole, small, and the same under DEBUG and in production."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from probio.stylesheet import NAME, PARTS, put_together

CSS = settings.BASE_DIR / "static" / "css"


def test_every_stylesheet_is_part_of_the_sheet_or_linked_by_a_page():
    pages = "".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    forms = "".join(path.read_text() for path in settings.BASE_DIR.glob("*/admin/*.py"))
    linked = set(re.findall(r"{% static 'css/([^']+)' %}", pages)) | set(re.findall(r"\"css/([^\"]+)\"", forms))
    linked -= {"site.css"}
    there = {path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css")}
    assert there == linked | set(PARTS)
    assert linked & set(PARTS) == set()


def test_sheet_holds_every_rule_of_its_parts_in_order():
    def rules(text):
        return re.findall(r"[^\s{};]+", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", text, flags=re.DOTALL))

    assert rules(put_together(CSS)) == rules("".join((CSS / name).read_text() for name in PARTS))


def test_sheet_names_files_that_are_there_from_where_it_stands():
    named = re.findall(r"url\(([^)]+)\)", put_together(CSS))
    assert named
    assert [name for name in named if not (CSS / name).is_file()] == []


@pytest.fixture
def folder(tmp_path):
    for name in PARTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"/* {name} */\n.x {{\n    y: url(../z);\n}}\n")
    return tmp_path


def test_address_in_a_component_is_seen_from_the_sheet(folder):
    component = folder / "components" / "hero.css"
    component.write_text("@layer components {\n  .a {\n    b: url(../../img/c.svg) 0 0;\n  }\n}\n")
    assert "@layer components {\n.a {\nb: url(../img/c.svg) 0 0;\n}\n}\n" in put_together(folder)


def test_sheet_follows_its_parts(folder, tmp_path):
    [finder] = [one for one in finders.get_finders() if one.__class__.__name__ == "StylesheetFinder"]
    kept, finder.folder = finder.folder, folder
    try:
        (folder / "print.css").write_text(".one {}")
        assert Path(finders.find(NAME)).read_text().endswith(".one {}")
        (folder / "print.css").write_text(".two {}")
        assert Path(finders.find(NAME)).read_text().endswith(".two {}")
    finally:
        finder.folder = kept

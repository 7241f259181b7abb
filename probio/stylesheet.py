"""One small stylesheet for every public page, put together from the parts in static/css/.

A finder of static files: `collectstatic` collects the sheet like any other file, and hashes and compresses it; under
DEBUG it is put together again whenever a part has changed.
"""

import posixpath
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
# What the frame and the reading pages need. Booking and the admin link sheets of their own beside it.
PARTS = [
    "tokens.css",
    "base.css",
    "layout.css",
    "components/appointment.css",
    "components/article.css",
    "components/article-search.css",
    "components/buttons.css",
    "components/cards.css",
    "components/figure.css",
    "components/forms.css",
    "components/glossary.css",
    "components/hero.css",
    "components/history.css",
    "components/reading.css",
    "components/references.css",
    "components/site-footer.css",
    "components/site-header.css",
    "print.css",
]

_COMMENT_OR_INDENT = re.compile(r"/\*.*?\*/|(?<=\n)\s+", re.DOTALL)
_RELATIVE_URL = re.compile(r"url\((\.[^)]+)\)")


def put_together(folder: Path) -> str:
    """Return the parts in order, without comments and indents, their relative addresses seen from NAME."""
    return "".join(_part(folder, name) for name in PARTS)


def _part(folder, name):
    def seen_from_the_sheet(match):
        return f"url({posixpath.normpath(posixpath.join(posixpath.dirname(name), match[1]))})"

    text = _COMMENT_OR_INDENT.sub("", (folder / name).read_text())
    return _RELATIVE_URL.sub(seen_from_the_sheet, text)


class StylesheetFinder(BaseFinder):
    """Finds the sheet, which it keeps in LOCAL_DIR/stylesheet/."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.folder = settings.BASE_DIR / "static" / "css"
        self.storage = FileSystemStorage(location=settings.LOCAL_DIR / "stylesheet")

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        if path != NAME:
            return []
        found = str(self._write())
        return [found] if find_all else found

    def list(self, ignore_patterns):
        self._write()
        yield NAME, self.storage

    def _write(self) -> Path:
        """Write the sheet unless it is there already; in one step, for another process may be reading it."""
        target, text = Path(self.storage.path(NAME)), put_together(self.folder)
        if not target.exists() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as scratch:
                scratch.write(text)
            Path(scratch.name).chmod(0o644)
            Path(scratch.name).replace(target)
        return target

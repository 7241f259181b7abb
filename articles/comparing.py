"""What one version of an article says differently from another, word by word."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.document import INLINE, DocumentError, Element, parse
from articles.publishing import Content

LABELS = {
    "title": "Title",
    "standfirst": "Standfirst",
    "body": "Text",
    "author": "Author",
    "reviewer": "Reviewer",
    "reviewed_on": "Reviewed on",
    "next_review_on": "Next review on",
    "interests": "Interests",
}
MARKS = {"h2": "Heading: ", "h3": "Smaller heading: ", "li": "• "}


@dataclass(frozen=True)
class Piece:
    """A run of words: kind is "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """A part of an article that differs. paragraphs: its pieces, paragraph by paragraph; unchanged ones left out."""

    label: str
    paragraphs: list[list[Piece]]


def compare(old: Content, new: Content) -> list[Difference]:
    """Return the parts that differ, in the order of the article."""
    differences = []
    for name, label in LABELS.items():
        before, after = (_lines(name, getattr(content, name)) for content in (old, new))
        if paragraphs := list(_paragraphs(before, after)):
            differences.append(Difference(label, paragraphs))
    return differences


def words_changed(old: str, new: str) -> list[Piece]:
    """Return the pieces that lead from one text to the other."""
    before, after = (re.findall(r"\S+\s*", text) for text in (old, new))
    pieces = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[j1:j2])))
            continue
        runs = (("gone", before[i1:i2]), ("new", after[j1:j2]))
        pieces += [Piece(kind, "".join(words)) for kind, words in runs if words]
    return pieces


def _lines(name, value) -> list[str]:
    if name != "body":
        return [] if value is None else [str(value)]
    try:
        return [line for block in parse(value).blocks for line in _written(block)]
    except DocumentError:  # saved under an earlier vocabulary
        return [value]


def _paragraphs(before, after) -> Iterator[list[Piece]]:
    """Match whole paragraphs first, so that one put in shifts no other; then the words of those that differ."""
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        removed, added = before[i1:i2], after[j1:j2]
        paired = min(len(removed), len(added))
        yield from (words_changed(old, new) for old, new in zip(removed[:paired], added[:paired], strict=True))
        yield from ([Piece("gone", text)] for text in removed[paired:])
        yield from ([Piece("new", text)] for text in added[paired:])


def _written(element: Element) -> Iterator[str]:
    """Yield a line for each run of words between the blocks inside an element, and for what a block carries."""
    if element.attributes:
        yield _carried(element)
    run = ""
    for child in element.children:
        if isinstance(child, str) or child.tag in INLINE:
            run += _inline(child)
        else:
            yield from _line(element, run)
            yield from _written(child)
            run = ""
    yield from _line(element, run)


def _line(element, run) -> Iterator[str]:
    if words := " ".join(run.split()):
        yield MARKS.get(element.tag, "") + words


def _inline(node: Element | str) -> str:
    if isinstance(node, str):
        return node
    inside = " " if node.tag == "br" else "".join(map(_inline, node.children))
    return inside + (_carried(node) if node.attributes else "")


def _carried(element) -> str:
    return f"[{' '.join(element.attributes.values())}]"

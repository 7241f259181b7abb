"""The vocabulary of an article's body: semantic HTML in, a small tree out. Pure: no models, no settings.

The editor, the sanitiser and the renderer all speak it, so what a writer sees is what readers get.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

# element -> the attributes it may carry
VOCABULARY: dict[str, set[str]] = {
    "p": set(),
    "h2": set(),
    "h3": set(),
    "ul": set(),
    "ol": set(),
    "li": set(),
    "strong": set(),
    "em": set(),
    "sub": set(),
    "sup": set(),
    "br": set(),
    "blockquote": set(),
    "a": {"href"},
    "cite": {"data-cite"},  # keys of references, separated by blanks
    "figure": {"data-figure"},  # key of a figure
    "section": {"data-box", "data-title", "data-certainty"},
}
BOXES = ("in-short", "study", "care")
CERTAINTIES = ("early", "mixed", "good", "strong", "settled")
VOID = {"br"}
BLOCKS = {"p", "h2", "h3", "ul", "ol", "blockquote", "figure", "section"}

_cleaner = nh3.Cleaner(
    tags=set(VOCABULARY),
    attributes={tag: names for tag, names in VOCABULARY.items() if names},
    url_schemes={"https", "http", "mailto"},
    link_rel=None,
    strip_comments=True,
)


@dataclass
class Element:
    """An element of the vocabulary, with its children: elements and text in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and every one inside it, in reading order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    @property
    def text(self) -> str:
        """Return the words inside, with single blanks."""
        pieces = (child if isinstance(child, str) else child.text for child in self.children)
        return re.sub(r"\s+", " ", " ".join(pieces) if self.tag in BLOCKS else "".join(pieces)).strip(" ")


@dataclass(frozen=True)
class Problem:
    """Something a writer must put right: in which block (counted from 1), near which words, and what."""

    block: int
    words: str
    message: str

    def __str__(self):
        near = f" near “{self.words}”" if self.words else ""
        return f"Paragraph {self.block}{near}: {self.message}"


class DocumentError(ValueError):
    """A body that cannot be published as it is; `problems` says why."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


@dataclass(frozen=True)
class Document:
    """A parsed body: its blocks in order."""

    blocks: list[Element]

    def elements(self, *tags: str) -> Iterator[tuple[int, Element]]:
        """Yield (block number from 1, element) for each element of these tags, in reading order."""
        for number, block in enumerate(self.blocks, start=1):
            for element in block.walk():
                if element.tag in tags:
                    yield number, element

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    @property
    def word_count(self) -> int:
        return len(self.text.split())


def sanitise(html: str) -> str:
    """Return the body with nothing in it but the vocabulary. Idempotent."""
    return _cleaner.clean(html).strip()


def citation_keys(element: Element) -> list[str]:
    """Return the reference keys that a cite element names."""
    return element.attributes.get("data-cite", "").split()


def parse(html: str) -> Document:
    """Return the tree of a body.

    Raises DocumentError for an element outside the vocabulary (nothing is dropped unsaid), a box or certainty
    of unknown kind, a citation without a key, or text outside any block.
    """
    unknown = _Elements.outside_the_vocabulary(html)
    if unknown:
        raise DocumentError([Problem(0, "", f"<{tag}> cannot be used in an article") for tag in unknown])
    builder = _Builder()
    builder.feed(sanitise(html))
    builder.close()
    document = Document([child for child in builder.root.children if isinstance(child, Element)])
    problems = list(_problems(builder.root, document))
    if problems:
        raise DocumentError(problems)
    return document


def _problems(root: Element, document: Document) -> Iterator[Problem]:
    for child in root.children:
        if isinstance(child, str) and child.strip():
            yield Problem(0, child.strip()[:40], "put this text into a paragraph")
    for number, block in enumerate(document.blocks, start=1):
        if block.tag not in BLOCKS:
            yield Problem(number, block.text[:40], f"<{block.tag}> must stand inside a paragraph")
    for number, box in document.elements("section"):
        if box.attributes.get("data-box") not in BOXES:
            yield Problem(number, box.text[:40], f"a box is one of: {', '.join(BOXES)}")
        certainty = box.attributes.get("data-certainty", "")
        if certainty and certainty not in CERTAINTIES:
            yield Problem(number, box.text[:40], f"certainty is one of: {', '.join(CERTAINTIES)}")
    for number, cite in document.elements("cite"):
        if not citation_keys(cite):
            yield Problem(number, document.blocks[number - 1].text[:40], "a citation names no reference")


class _Elements(HTMLParser):
    """Collects the names of elements that the vocabulary does not have."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOCABULARY and tag not in self.found:
            self.found.append(tag)

    @classmethod
    def outside_the_vocabulary(cls, html):
        parser = cls()
        parser.feed(html)
        parser.close()
        return parser.found


class _Builder(HTMLParser):
    """Builds the tree. Its input is what nh3 wrote, so elements are balanced."""

    def __init__(self):
        super().__init__()
        self.root = Element("body")
        self._open = [self.root]

    def handle_starttag(self, tag, attributes):
        element = Element(tag, {name: value or "" for name, value in attributes})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data):
        self._open[-1].children.append(data)

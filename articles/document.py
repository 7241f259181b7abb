"""The vocabulary of an article's body: semantic HTML in, a small tree out. Pure: no models, no settings.

The editor, the sanitiser and the renderer all speak it, so what a writer sees is what readers get.
"""

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
INLINE = {"strong", "em", "sub", "sup", "br", "a", "cite"}
# element -> the elements that may stand directly in it; "body" is the article itself. Any other holds INLINE.
CHILDREN: dict[str, set[str]] = {
    "body": BLOCKS,
    "section": BLOCKS,
    "ul": {"li"},
    "ol": {"li"},
    "li": INLINE | BLOCKS - {"section"},
    "blockquote": INLINE | BLOCKS - {"section"},
    "figure": set(),
    "cite": set(),
}
# element -> what to do with words that stand directly in it, where they cannot
WORDLESS = {
    "body": "put this text into a paragraph",
    "section": "put this text into a paragraph",
    "ul": "put this text into an item of the list",
    "ol": "put this text into an item of the list",
    "figure": "put this text outside the figure, which shows no words of its own",
    "cite": "put this text outside the citation, which shows no words of its own",
}
MAX_DEPTH = 20  # lists in lists in a box need about ten

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
        """Return the words inside as they read: single blanks, and one wherever a block or a line ends."""
        return " ".join(self._raw_text.split())

    @property
    def _raw_text(self) -> str:
        inside = "".join(child if isinstance(child, str) else child._raw_text for child in self.children)
        return inside if self.tag in INLINE - VOID else f" {inside} "


@dataclass(frozen=True)
class Problem:
    """Something a writer must put right: in which block (from 1; 0 is none), near which words, and what."""

    block: int
    words: str
    message: str

    def __str__(self):
        block = f"paragraph {self.block}" if self.block else ""
        near = f"near “{self.words}”" if self.words else ""
        where = " ".join(filter(None, (block, near)))
        return f"{where[0].upper()}{where[1:]}: {self.message}" if where else self.message


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
    def cited_keys(self) -> set[str]:
        return {key for _, cite in self.elements("cite") for key in citation_keys(cite)}

    @property
    def figure_keys(self) -> set[str]:
        return {figure.attributes.get("data-figure", "") for _, figure in self.elements("figure")}

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

    Raises DocumentError for an element outside the vocabulary (nothing is dropped unsaid), elements or words
    where they cannot stand, a box or certainty of unknown kind, a heading without words, or a citation without a key.
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
        if isinstance(child, str):
            yield from _misplaced(child, root.tag, 0)
    for number, block in enumerate(document.blocks, start=1):
        yield from _misplaced(block, root.tag, number)
    for number, heading in document.elements("h2", "h3"):
        if not heading.text:
            yield Problem(number, "", "a heading needs words")
    for number, link in document.elements("a"):
        if any(element.tag == "cite" for element in link.walk()):
            yield Problem(number, link.text[:40], "a citation cannot stand inside a link: it is one itself")
    for number, box in document.elements("section"):
        if box.attributes.get("data-box") not in BOXES:
            yield Problem(number, box.text[:40], f"a box is one of: {', '.join(BOXES)}")
        certainty = box.attributes.get("data-certainty", "")
        if certainty and certainty not in CERTAINTIES:
            yield Problem(number, box.text[:40], f"certainty is one of: {', '.join(CERTAINTIES)}")
    for number, cite in document.elements("cite"):
        if not citation_keys(cite):
            yield Problem(number, document.blocks[number - 1].text[:40], "a citation names no reference")


def _misplaced(node: Element | str, parent: str, block: int) -> Iterator[Problem]:
    """Yield a problem for a node that cannot stand in its parent, and for each such node inside it."""
    if isinstance(node, str):
        if node.strip() and parent in WORDLESS:
            yield Problem(block, node.strip()[:40], WORDLESS[parent])
        return
    if node.tag not in CHILDREN.get(parent, INLINE):
        place = "inside a list" if node.tag == "li" else "inside a paragraph" if node.tag in INLINE else ""
        must = f"must stand {place}" if place else f"cannot stand inside <{parent}>"
        yield Problem(block, node.text[:40], f"<{node.tag}> {must}")
    for child in node.children:
        yield from _misplaced(child, node.tag, block)


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
        if len(self._open) > MAX_DEPTH + 1:
            raise DocumentError([Problem(0, "", f"elements stand inside each other more than {MAX_DEPTH} deep")])

    def handle_endtag(self, tag):
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data):
        self._open[-1].children.append(data)

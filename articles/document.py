"""The vocabulary of an article's body: semantic HTML in, a small tree out. Pure: no models, no settings.

The editor, the sanitiser and the renderer all speak it, so what a writer sees is what readers get.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from articles.vocabulary import (
    BOXES,
    CARE,
    CERTAINTIES,
    CHILDREN,
    EXCLUDED,
    INLINE,
    TABLE_PARTS,
    VOCABULARY,
    VOID,
    WORDLESS,
)

MAX_DEPTH = 20  # lists in lists in a box need about ten
MAX_LENGTH = 300_000  # characters: of four times as many different words PostgreSQL makes no search vector
_GREEK = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?([A-Z]+)")
QUOTED = 40  # characters of the text that a problem repeats

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
        if title := self.attributes.get("data-title"):  # the heading of a box
            inside = f"{title} {inside}"
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

    def headings(self) -> Iterator[tuple[int, Element]]:
        """Yield (block number from 1, element) for each heading of the article itself: those in boxes are not."""
        for number, block in enumerate(self.blocks, start=1):
            if block.tag in ("h2", "h3"):
                yield number, block

    @property
    def cited_keys(self) -> set[str]:
        return {key for _, cite in self.elements("cite") for key in citation_keys(cite)}

    @property
    def figure_keys(self) -> set[str]:
        return {figure.attributes.get("data-figure", "") for _, figure in self.elements("figure")}

    @property
    def term_keys(self) -> set[str]:
        return {term.attributes.get("data-term", "") for _, term in self.elements("dfn")}

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    @property
    def word_count(self) -> int:
        return len(self.text.split())


def sanitise(html: str) -> str:
    """Return the body with nothing in it but the vocabulary. Idempotent."""
    cleaned = _cleaner.clean(html).strip()
    # Headings in headings are read as another tree once they are written out: read it until it holds.
    for _ in range(MAX_DEPTH):
        if (again := _cleaner.clean(cleaned).strip()) == cleaned:
            break
        cleaned = again
    return cleaned


def citation_keys(element: Element) -> list[str]:
    """Return the reference keys that a cite element names."""
    return element.attributes.get("data-cite", "").split()


def slug_of(text: str) -> str:
    """Return a heading's id: it depends on the heading's own words only, so links survive every other edit.

    The prefix keeps it apart from every id of the page around it.
    """
    spelt = "".join(map(_spelt, unicodedata.normalize("NFKD", text)))
    ascii_text = spelt.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", f"section {ascii_text}").strip("-")


def _spelt(character: str) -> str:
    """Return a Greek letter by its name: alpha diversity is not beta diversity."""
    letter = _GREEK.match(unicodedata.name(character, ""))
    return letter[1] if letter else character


def parse(html: str) -> Document:
    """Return the tree of a body.

    Raises DocumentError for a body of more than MAX_LENGTH characters, an element outside the vocabulary (nothing is
    dropped unsaid), elements or words where they cannot stand, a box, certainty or care note of unknown kind, a table
    without caption or header cells, a heading without words or like another, a citation or term without a key, a
    link or box with nothing in it, or a second invitation.
    """
    if len(html) > MAX_LENGTH:
        length = f"{len(html):,} characters with their markup are too many, {MAX_LENGTH:,} are the most: make two of it"
        raise DocumentError([Problem(0, "", length)])
    unknown = _Elements.outside_the_vocabulary(html)
    if unknown:
        raise DocumentError(unknown)
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
    yield from _headings(document)
    yield from _invitations(document)
    for number, outer in document.elements(*EXCLUDED):
        for tag in {inner.tag for inner in outer.walk() if inner is not outer}:
            if tag in EXCLUDED[outer.tag]:
                yield Problem(number, outer.text[:QUOTED], EXCLUDED[outer.tag][tag])
    for number, element in document.elements(*_CHECKS):
        near = element.text or document.blocks[number - 1].text
        yield from (Problem(number, near[:QUOTED], message) for message in _CHECKS[element.tag](element))


def _headings(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with headings: no words, the words of another, or a level left out."""
    for number, heading in document.elements("h2", "h3"):
        if not heading.text:
            yield Problem(number, "", "a heading needs words")
    seen: Counter[str] = Counter()
    for number, heading in document.headings():
        words, identifier = heading.text[:QUOTED], slug_of(heading.text)
        if not seen and heading.tag == "h3" and words:
            yield Problem(number, words, "a smaller heading needs a larger one above it")
        seen[identifier] += 1
        if seen[identifier] == 2 and words:
            yield Problem(number, words, "another heading says the same, so links could not tell them apart")


def _invitations(document: Document) -> Iterator[Problem]:
    boxes = [(number, box) for number, box in document.elements("section") if _kind(box) == "consultation"]
    for number, _ in boxes[1:]:
        yield Problem(number, "", "an article invites to a consultation once at most")


def _kind(box: Element) -> str | None:
    return box.attributes.get("data-box")


def _section(box: Element) -> Iterator[str]:
    kind = _kind(box)
    if kind in ("in-short", "study") and not _shows_something(box):
        yield "a box needs something in it"
    if kind not in BOXES:
        yield f"a box is one of: {', '.join(BOXES)}"
    for name, words, known in (("certainty", "certainty", CERTAINTIES), ("care", "a care note", CARE)):
        if box.attributes.get(f"data-{name}", "") not in ("", *known):
            yield f"{words} is one of: {', '.join(known)}"
    if kind == "consultation" and any(child.strip() if isinstance(child, str) else True for child in box.children):
        yield "put this outside the invitation, which has words of its own"


def _shows_something(element: Element) -> bool:
    """Return whether there are words in an element, beside the heading of a box, or a figure."""
    words = [child if isinstance(child, str) else child.text for child in element.children]
    return any(word.strip() for word in words) or any(inner.tag == "figure" for inner in element.walk())


def _cite(cite: Element) -> Iterator[str]:
    keys = citation_keys(cite)
    if not keys:
        yield "a citation names no reference"
    if len(keys) > 1 and cite.attributes.get("data-locator"):
        yield "a citation that says where needs a single reference: cite the others behind it"


def _dfn(term: Element) -> Iterator[str]:
    if not term.attributes.get("data-term", "").strip():
        yield "a glossary term names no entry"
    if not term.text:
        yield "a glossary term needs words"


def _table(table: Element) -> Iterator[str]:
    captions = [part for part in table.walk() if part.tag == "caption"]
    rows = [[cell.tag for cell in row.walk() if cell.tag in ("th", "td")] for row in table.walk() if row.tag == "tr"]
    if len(captions) != 1 or not captions[0].text:
        yield "a table needs one caption, which says what it shows"
    if not any("th" in row for row in rows):
        yield "a table needs header cells"
    if len(set(map(len, rows))) > 1:
        yield "each row of a table needs as many cells as the others: none can be merged"


def _a(link: Element) -> Iterator[str]:
    # What nh3 leaves of an address may still lead elsewhere than it seems: browsers read /\\x as //x.
    if not re.fullmatch(r"(https?://|mailto:|/(?!/)|#)[^\s\\]*", link.attributes.get("href", ""), re.IGNORECASE):
        yield "a link needs an address that begins with https://, http://, mailto:, / or #"
    if not link.text:
        yield "a link needs words"


_CHECKS = {"a": _a, "section": _section, "cite": _cite, "dfn": _dfn, "table": _table}


def _misplaced(node: Element | str, parent: str, block: int) -> Iterator[Problem]:
    """Yield a problem for a node that cannot stand in its parent, and for each such node inside it."""
    if isinstance(node, str):
        if node.strip() and parent in WORDLESS:
            yield Problem(block, node.strip()[:QUOTED], WORDLESS[parent])
        return
    if node.tag not in CHILDREN.get(parent, INLINE):
        yield Problem(block, node.text[:QUOTED], f"<{node.tag}> {_place(node.tag, parent)}")
    for child in node.children:
        yield from _misplaced(child, node.tag, block)


def _place(tag, parent):
    """Return where an element stands that does not stand in this parent."""
    if tag == "li":
        return "must stand inside a list"
    if tag in TABLE_PARTS:
        return "must stand inside a table"
    inline = tag in INLINE and parent not in ("caption", "dfn")
    return "must stand inside a paragraph" if inline else f"cannot stand inside <{parent}>"


class _Elements(HTMLParser):
    """Finds the elements that the vocabulary does not have: in which block, and near which words."""

    NEVER_CLOSED = VOID | {
        "area",
        "base",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    }

    def __init__(self):
        super().__init__()
        self._found: dict[str, tuple[int, int]] = {}  # element -> its block, and how much text of it came before
        self._texts = [""]  # one for each block; the first is none
        self._depth = 0

    def handle_starttag(self, tag, attributes):
        if not self._depth:
            self._texts.append("")
        if tag not in VOCABULARY:
            self._found.setdefault(tag, (len(self._texts) - 1, len(self._texts[-1])))
        self._depth += tag not in self.NEVER_CLOSED

    def handle_endtag(self, tag):
        if tag not in self.NEVER_CLOSED:
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data):
        self._texts[-1] += data

    @classmethod
    def outside_the_vocabulary(cls, html) -> list[Problem]:
        parser = cls()
        parser.feed(html)
        parser.close()
        return [
            Problem(block, parser._near(block, start), f"<{tag}> cannot be used in an article")
            for tag, (block, start) in parser._found.items()
        ]

    def _near(self, block, start):
        """Return the words that follow a place in a block, or else those before it."""
        before, after = (" ".join(text.split()) for text in (self._texts[block][:start], self._texts[block][start:]))
        return after[:QUOTED] or before[-QUOTED:]


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

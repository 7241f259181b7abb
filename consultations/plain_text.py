"""The plain-text part of a mail, read from its HTML: one source, so that the two never say different things.

Pure: standard library only. Knows the few elements our mails use: headings, paragraphs, links, lists and the table of
facts, inside the cells marked `content` and `why`.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

FACT = 14  # columns for the name of a fact
_BLOCKS = {"h1", "h2", "p", "li", "tr"}
_READ = {"content", "why"}


def read(html: str) -> tuple[str, str]:
    """Return (subject, text) of a mail: the words of its title, and its content, a line a paragraph."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return " ".join(reader.title.split()), "\n".join(reader.lines).strip() + "\n"


@dataclass
class _Link:
    address: str
    words: str = ""


@dataclass
class _Block:
    tag: str
    words: str = ""
    links: list[_Link] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.title, self.lines = "", []
        self._in_title = False
        self._depth = 0  # of table cells, counted from a cell that is read
        self._block: _Block | None = None
        self._link: _Link | None = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "title":
            self._in_title = True
        elif tag == "td" and (self._depth or _READ & set((attributes.get("class") or "").split())):
            self._depth += 1
        elif self._depth and tag in _BLOCKS:
            self._block = _Block(tag)
        elif self._block and tag == "a":
            self._link = _Link(attributes.get("href") or "")
        elif self._block and tag == "br":
            self._block.words += " "

    def handle_endtag(self, tag):
        if tag == "title":
            self._in_title = False
        elif tag == "td" and self._depth:
            self._depth -= 1
        elif tag == "th" and self._block:
            self._block.words = f"{self._block.words.strip()}:".ljust(FACT)
        elif tag == "a" and self._link:
            self._block.links.append(self._link)
            self._link = None
        elif self._block and tag == self._block.tag:
            self._write(self._block)
            self._block = None

    def handle_data(self, words):
        if self._in_title:
            self.title += words
        elif self._block:
            self._block.words += words
            if self._link:
                self._link.words += words

    def _write(self, block):
        """Write a block as one line, which every mail program wraps to its own width, and its links below it."""
        if block.tag == "tr":
            self.lines.append(block.words[:FACT] + " ".join(block.words[FACT:].split()))
            return
        words = " ".join(block.words.split())
        if block.tag == "li":
            self.lines.append(f"- {words}")
        else:
            self.lines += ["", words]
        if block.tag == "h2":
            self.lines.append("-" * len(words))
        for link in block.links:
            address = link.address.removeprefix("mailto:").partition("?subject")[0]
            if " ".join(link.words.split()) != address:
                self.lines.append(address)

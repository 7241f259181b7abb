"""From a document, its references and its figures to the HTML readers get. Pure: no models, no settings.

References are numbered by first mention. Each mention is a link to the reference; the first carries a card, a
margin note on wide screens and a popover on narrow ones.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from articles.document import CERTAINTIES, VOID, Document, DocumentError, Element, Problem, citation_keys
from articles.figure_html import Illustration, figure_html
from articles.reference_html import Source, card_text, list_text

# Count up when the same document would become another page; `manage.py rerender_articles` then renders anew.
VERSION = 1
BOX_TITLES = {"in-short": "In short", "study": "Study in focus", "care": "When to get help"}


@dataclass(frozen=True)
class Rendered:
    """A page body, its contents list [{id, text}], the reference list and the keys in order of first mention."""

    html: str
    contents: list[dict[str, str]]
    references_html: str
    reference_keys: list[str]


def check_keys(document: Document, reference_keys: Collection[str], figure_keys: Collection[str]) -> None:
    """Raise DocumentError when a citation or a figure names a key that is not there; say the nearest that is."""
    problems = [
        *_unknown_keys(document, "cite", reference_keys, "no reference has the key"),
        *_unknown_keys(document, "figure", figure_keys, "no figure has the key"),
    ]
    if problems:
        raise DocumentError(problems)


def render(document: Document, sources: Mapping[str, Source], figures: Mapping[str, Illustration]) -> Rendered:
    """Return the page. sources, figures: every one that the document names, by key."""
    renderer = _Renderer(sources, figures)
    html = "\n".join(renderer.element(block) for block in document.blocks)
    return Rendered(
        html=html,
        contents=renderer.contents,
        references_html=renderer.reference_list(),
        reference_keys=list(renderer.mentions),
    )


def _unknown_keys(document, tag, known, message) -> Iterator[Problem]:
    for block, element in document.elements(tag):
        keys = citation_keys(element) if tag == "cite" else [element.attributes.get("data-figure", "")]
        for key in keys:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1)
                hint = f"; did you mean “{nearest[0]}”?" if nearest else ""
                yield Problem(block, document.blocks[block - 1].text[:40], f"{message} “{key}”{hint}")


def slug_of(text: str) -> str:
    """Return a heading's id: it depends on the heading's own words only, so links survive other edits.

    The prefix keeps it apart from every id of the page around it.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", f"section {ascii_text}").strip("-")


class _Renderer:
    def __init__(self, sources, figures):
        self.sources, self.figures = sources, figures
        self.contents: list[dict[str, str]] = []
        self.mentions: dict[str, list[int]] = {}  # key -> numbers of its mentions, keys in order of first mention
        self._mention_count = self._figure_count = self._box_count = 0
        self._ids: set[str] = set()

    def element(self, element: Element) -> str:
        special = {"h2": self._heading, "h3": self._heading, "cite": self._cite}
        special |= {"figure": self._figure, "section": self._box}
        if element.tag in special:
            return special[element.tag](element)
        if element.tag in VOID:
            return f"<{element.tag}>"
        href = element.attributes.get("href")
        attributes = f' href="{escape(href)}"' if href else ""
        return f"<{element.tag}{attributes}>{self._inside(element)}</{element.tag}>"

    def reference_list(self) -> str:
        items = []
        for number, (key, mentions) in enumerate(self.mentions.items(), start=1):
            source = self.sources[key]
            back = " ".join(
                f'<a href="#cite-{mention}" aria-label="Back to mention {n} of reference {number}">Back'
                f"{f' ({n})' if len(mentions) > 1 else ''}</a>"
                for n, mention in enumerate(mentions, start=1)
            )
            items.append(f'<li id="ref-{number}">{list_text(source)} {back}</li>')
        return f'<ol class="references">{"".join(items)}</ol>' if items else ""

    def _inside(self, element: Element) -> str:
        return "".join(
            escape(child, quote=False) if isinstance(child, str) else self.element(child) for child in element.children
        )

    def _heading(self, element):
        identifier = self._unique(slug_of(element.text))
        if element.tag == "h2":
            self.contents.append({"id": identifier, "text": element.text})
        return f'<{element.tag} id="{identifier}">{self._inside(element)}</{element.tag}>'

    def _unique(self, wanted):
        identifier, n = wanted, 1
        while identifier in self._ids:
            n += 1
            identifier = f"{wanted}-{n}"
        self._ids.add(identifier)
        return identifier

    def _cite(self, element):
        return "".join(self._mention(key) for key in citation_keys(element))

    def _mention(self, key):
        source, is_first = self.sources[key], key not in self.mentions
        self._mention_count += 1
        self.mentions.setdefault(key, []).append(self._mention_count)
        number, label = list(self.mentions).index(key) + 1, escape(source.label)
        link = f'<a href="#ref-{number}" aria-label="Reference {number}: {label}">{number}</a>'
        button = (
            f'<button type="button" popovertarget="note-{number}" aria-label="Show reference {number}: {label}">'
            f"{number}</button>"
        )
        mark = f'<sup class="citation" id="cite-{self._mention_count}">{link}{button}</sup>'
        return mark + (self._card(number, source) if is_first else "")

    def _card(self, number, source):
        return (
            f'<span class="reference-card" id="note-{number}" popover><b>{number}. {escape(source.label)}</b>'
            f'{card_text(source)} <a href="#ref-{number}">Full reference {number}</a></span>'
        )

    def _figure(self, element):
        self._figure_count += 1
        return figure_html(self.figures[element.attributes["data-figure"]], number=self._figure_count)

    def _box(self, element):
        kind = element.attributes["data-box"]
        self._box_count += 1
        identifier = f"box-{self._box_count}"
        title = element.attributes.get("data-title") or BOX_TITLES[kind]
        certainty = element.attributes.get("data-certainty", "")
        return (
            f'<section class="{kind}" aria-labelledby="{identifier}">'
            f'<h2 class="heading-3" id="{identifier}">{escape(title)}</h2>'
            f"{self._inside(element)}{_certainty(certainty) if certainty else ''}</section>"
        )




def _certainty(level):
    """Return five rods, as many filled as the level says, beside the word: never colour alone."""
    filled = CERTAINTIES.index(level) + 1
    rods = "".join(_rod(n, is_filled=n < filled) for n in range(len(CERTAINTIES)))
    return (
        '<p class="certainty-line"><strong>How sure?</strong> <svg class="certainty" viewBox="0 0 100 12" width="100" '
        f'height="12" aria-hidden="true" focusable="false">{rods}</svg> {level.capitalize()}.</p>'
    )


def _rod(n, *, is_filled):
    filled = ' class="certainty-on"' if is_filled else ""
    return f'<path d="M{6 + 20 * n} 6h8" stroke-width="8"{filled}/>'

"""From a document, its references and its figures to the HTML readers get. Pure: no models, no settings.

References are numbered by first mention. Each mention is a link to the reference; the first carries a card, a
margin note on wide screens and a popover on narrow ones. A glossary term is a link to its entry, with a button that
shows what it says. Nothing of this needs a script.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from types import MappingProxyType

from articles.document import Document, DocumentError, Element, Problem, citation_keys, slug_of
from articles.figure_html import Illustration, figure_html
from articles.reference_html import Source, card_text, list_text
from articles.vocabulary import CERTAINTIES, VOID

# Count up when the same document would become another page; `manage.py rerender_articles` then renders anew.
VERSION = 1
BOX_TITLES = {
    "in-short": "In short",
    "study": "Study in focus",
    "care": "When to get help",
    "consultation": "Talk it through",
}
CARE_TITLES = {"gp": "When to see your GP", "111": "When to call 111", "999": "When to call 999"}
CARE_WORDS = {
    "gp": "Make an appointment with your GP, or ask a pharmacist, about symptoms that are new, keep coming back or "
    "worry you. An article cannot tell you what is behind them.",
    "111": 'Call <a href="tel:111">111</a> or go to <a href="https://111.nhs.uk/">111.nhs.uk</a> if you need medical '
    "help soon and are not sure where to turn. In Northern Ireland, call your GP’s out-of-hours service.",
    "999": 'Call <a href="tel:999">999</a> now if somebody is struggling to breathe, has pain in the chest, cannot be '
    "woken or is losing a lot of blood. Do not wait to hear from us.",
}
COMMA = '<sup class="citation-comma">,</sup>'  # 1 and 2 side by side would read 12
INVITATION = "A registered nutritionist can go through it with you, by video or phone. Half an hour, free of charge."


@dataclass(frozen=True)
class Term:
    """What rendering needs of a glossary term; url: where its entry is."""

    name: str
    definition: str
    url: str


@dataclass(frozen=True)
class Rendered:
    """A page body, its contents list [{id, text}], the reference list and the keys in order of first mention."""

    html: str
    contents: list[dict[str, str]]
    references_html: str
    reference_keys: list[str]


def check_keys(
    document: Document,
    reference_keys: Collection[str],
    figure_keys: Collection[str],
    term_keys: Collection[str] = (),
) -> None:
    """Raise DocumentError when a citation, figure or term names a key that is not there; say the nearest that is."""
    problems = [
        *_unknown_keys(document, "cite", "data-cite", reference_keys, "no reference has the key"),
        *_unknown_keys(document, "figure", "data-figure", figure_keys, "no figure has the key"),
        *_unknown_keys(document, "dfn", "data-term", term_keys, "the glossary has no term with the key"),
    ]
    if problems:
        raise DocumentError(problems)


def render(
    document: Document,
    sources: Mapping[str, Source],
    figures: Mapping[str, Illustration],
    terms: Mapping[str, Term] = MappingProxyType({}),
    *,
    invitation_url: str = "/consultations/",
) -> Rendered:
    """Return the page.

    sources, figures, terms: every one that the document names, by key. invitation_url: where a consultation is booked.
    """
    renderer = _Renderer(sources, figures, terms, invitation_url)
    html = "\n".join(filter(None, (renderer.block(block) for block in document.blocks)))
    return Rendered(
        html=html,
        contents=renderer.contents,
        references_html=renderer.reference_list(),
        reference_keys=list(renderer.mentions),
    )


def _unknown_keys(document, tag, attribute, known, message) -> Iterator[Problem]:
    for block, element in document.elements(tag):
        keys = citation_keys(element) if tag == "cite" else [element.attributes.get(attribute, "")]
        for key in keys:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1)
                hint = f"; did you mean “{nearest[0]}”?" if nearest else ""
                words = element.text or document.blocks[block - 1].text
                yield Problem(block, words[:40], f"{message} “{key}”{hint}")


class _Renderer:
    def __init__(self, sources, figures, terms, invitation_url):
        self.sources, self.figures, self.terms, self.invitation_url = sources, figures, terms, invitation_url
        self.contents: list[dict[str, str]] = []
        self.mentions: dict[str, list[int]] = {}  # key -> numbers of its mentions, keys in order of first mention
        self._terms_seen: list[str] = []
        self._cards: list[str] = []  # waiting for a place outside the scrolling box of a table
        self._in_table = False
        self._mention_count = self._figure_count = self._box_count = self._table_count = 0

    def block(self, block: Element) -> str:
        """Return a block of the article itself: only there do headings have ids, for links and the contents list."""
        return self._heading(block) if block.tag in ("h2", "h3") else self.element(block)

    def element(self, element: Element) -> str:
        special = {"p": self._paragraph, "dfn": self._term, "figure": self._figure}
        special |= {"section": self._box, "table": self._table}
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
        """Return what an element holds; citations that touch make one group."""
        runs = [(is_cite, list(nodes)) for is_cite, nodes in groupby(element.children, _is_cite)]
        return "".join(self._cite(nodes) if is_cite else "".join(map(self._node, nodes)) for is_cite, nodes in runs)

    def _node(self, node: Element | str) -> str:
        return escape(node, quote=False) if isinstance(node, str) else self.element(node)

    def _paragraph(self, element):
        """Return a paragraph; the editor leaves empty ones about, which would be gaps on the page."""
        return f"<p>{self._inside(element)}</p>" if element.children else ""

    def _heading(self, element):
        identifier = slug_of(element.text)
        if element.tag == "h2":
            self.contents.append({"id": identifier, "text": element.text})
        return f'<{element.tag} id="{identifier}">{self._inside(element)}</{element.tag}>'

    def _cite(self, elements):
        """Return the marks of citations side by side, then the cards of what is mentioned for the first time."""
        cited = [(key, cite.attributes.get("data-locator", "")) for cite in elements for key in citation_keys(cite)]
        first = [key for key in dict.fromkeys(key for key, _ in cited) if key not in self.mentions]
        marks = COMMA.join(self._mark(key, locator) for key, locator in cited)
        return marks + self._placed("".join(self._card(self._number(key), self.sources[key]) for key in first))

    def _number(self, key):
        return list(self.mentions).index(key) + 1

    def _mark(self, key, locator):
        self._mention_count += 1
        self.mentions.setdefault(key, []).append(self._mention_count)
        number, label = self._number(key), escape(self.sources[key].label)
        where = f'<span class="locator">({escape(locator)})</span>' if locator else ""
        return (
            f'<sup class="citation" id="cite-{self._mention_count}">'
            f'<a href="#ref-{number}" aria-label="Reference {number}: {label}">{number}</a>'
            f'<button type="button" popovertarget="note-{number}" aria-label="Show reference {number}: {label}">'
            f"{number}</button>{where}</sup>"
        )

    def _card(self, number, source):
        return (
            f'<span class="reference-card" id="note-{number}" popover><b>{number}. {escape(source.label)}</b>'
            f'{card_text(source)} <a href="#ref-{number}">Full reference {number}</a></span>'
        )

    def _placed(self, card):
        """Return a card to stand where its mark does; inside a table, keep it for the place behind that."""
        if not self._in_table:
            return card
        self._cards.append(card)
        return ""

    def _term(self, element):
        """Return a glossary term: a link to its entry, and a button that shows the entry where it stands."""
        key = element.attributes["data-term"]
        term, is_first = self.terms[key], key not in self._terms_seen
        if is_first:
            self._terms_seen.append(key)
        number, url = self._terms_seen.index(key) + 1, escape(term.url)
        name = escape(term.name)
        card = (
            f'<span class="term-card" id="term-{number}" popover><b>{name}</b> {escape(term.definition)} '
            f'<a href="{url}">{name} in the glossary</a></span>'
        )
        return (
            f'<span class="term"><a href="{url}">{self._inside(element)}</a><button type="button" '
            f'popovertarget="term-{number}" aria-label="What {name} means"></button></span>'
            + (self._placed(card) if is_first else "")
        )

    def _table(self, element):
        """Return a table in a box of its own, which scrolls where the table is wider than the page."""
        self._table_count += 1
        identifier, parts = f"table-{self._table_count}", list(element.walk())
        caption = next(part for part in parts if part.tag == "caption")
        self._in_table = True
        rows = [self._row(row) for row in parts if row.tag == "tr"]
        self._in_table = False
        head = next(part for part in parts if part.tag == "tr")
        parted = 1 if all(cell.tag == "th" for cell in _cells(head)) else 0
        groups = (("thead", rows[:parted]), ("tbody", rows[parted:]))
        body = "".join(f"<{tag}>{''.join(group)}</{tag}>" for tag, group in groups if group)
        cards, self._cards = "".join(self._cards), []
        return (
            f'<div class="table-scroll" role="region" aria-labelledby="{identifier}" tabindex="0"><table>'
            f'<caption id="{identifier}">{self._inside(caption)}</caption>{body}</table></div>{cards}'
        )

    def _row(self, row):
        """Return a row. A header cell says what it heads: its column where all are header cells, else its row."""
        cells, html = _cells(row), ""
        scope = "col" if all(cell.tag == "th" for cell in cells) else "row"
        for cell in cells:
            is_header = cell.tag == "th" and cell.text  # the empty corner of a table heads nothing
            tag, attributes = ("th", f' scope="{scope}"') if is_header else ("td", "")
            html += f"<{tag}{attributes}>{self._inside(cell)}</{tag}>"
        return f"<tr>{html}</tr>"

    def _figure(self, element):
        self._figure_count += 1
        return figure_html(self.figures[element.attributes["data-figure"]], number=self._figure_count)

    def _box(self, element):
        kind, care = element.attributes["data-box"], ""
        if kind == "care":
            care = element.attributes.get("data-care", "")
        self._box_count += 1
        identifier = f"box-{self._box_count}"
        title = element.attributes.get("data-title") or CARE_TITLES.get(care) or BOX_TITLES[kind]
        certainty = element.attributes.get("data-certainty", "")
        end = _certainty(certainty) if certainty else ""
        if care:
            end += f"<p>{CARE_WORDS[care]}</p>"
        if kind == "consultation":
            end += f"<p>{INVITATION}</p>{_button(self.invitation_url)}"
        classes = f"{kind} care-{care}" if care else kind
        return (
            f'<section class="{classes}" aria-labelledby="{identifier}">'
            f'<h2 class="heading-3" id="{identifier}">{escape(title)}</h2>{self._inside(element)}{end}</section>'
        )


def _is_cite(node):
    return isinstance(node, Element) and node.tag == "cite"


def _button(url):
    return f'<p><a class="button" href="{escape(url)}">Book a free consultation</a></p>'


def _cells(row):
    return [cell for cell in row.children if isinstance(cell, Element)]


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

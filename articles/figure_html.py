"""A figure as readers get it. Pure: no models, no settings."""

import re
from dataclasses import dataclass, field
from html import escape

from articles.drawing import with_text_alternative
from articles.images import MEDIA_TYPES

# How wide the page shows an image: DESIGN's column of 40rem, and with the margin beside it from 75rem on.
_SIZES_WIDE = "(min-width: 75rem) 58.5rem, (min-width: 44rem) 40rem, 92vw"
_SIZES = "(min-width: 44rem) 40rem, 92vw"
_FALLBACK_WIDTH = 720  # for browsers that know no srcset
_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-NC)?(?:-SA|-ND)?) ([1-4]\.0)")


@dataclass(frozen=True)
class Photo:
    """An uploaded image: the addresses of its files by format and width in pixels, the preferred format first.

    width, height: of the widest, in pixels.
    """

    width: int
    height: int
    files: dict[str, dict[int, str]]


@dataclass(frozen=True)
class Illustration:
    """What rendering needs of a figure: a cleaned drawing (svg) or a photo, and its words.

    alt: "" when decorative. legend: (mark, name, text) in order. source: its label, with where to read it.
    """

    alt: str
    caption: str
    credit: str
    licence: str
    svg: str = ""
    photo: Photo | None = None
    description: str = ""
    note: str = ""
    legend: list[tuple[str, str, str]] = field(default_factory=list)
    source: str = ""
    source_address: str = ""
    adaptation: str = ""


def figure_html(figure: Illustration, *, number: int) -> str:
    """Return the figure with its caption, legend, credit and licence. number: its place in the article, from 1."""
    identifier = f"figure-{number}"
    is_wide = figure.photo is None or figure.photo.width > figure.photo.height  # one on end would fill the screen
    note = f" {escape(figure.note)}" if figure.note else ""
    return (
        f'<figure class="figure{" figure-wide" if is_wide else ""}" id="{identifier}">'
        f"{_picture(figure, number, is_wide=is_wide)}<figcaption>"
        f"<p><b>Figure {number}. {escape(figure.caption)}</b>{note}</p>{_legend(figure.legend)}"
        f'{_description(figure, number)}<p class="small">{_credit(figure)}</p></figcaption></figure>'
    )


def _picture(figure, number, *, is_wide):
    if figure.photo:
        return _photo(figure.photo, figure.alt, is_first=number == 1, sizes=_SIZES_WIDE if is_wide else _SIZES)
    if not figure.alt:
        return figure.svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return with_text_alternative(
        figure.svg, title=figure.alt, description=figure.description, identifier=f"figure-{number}"
    )


def _photo(photo, alt, *, is_first, sizes):
    """Return the image in every format; only the article's first figure is worth hurrying for."""
    *preferred, last = photo.files
    sources = "".join(
        f'<source type="{MEDIA_TYPES[format]}" srcset="{_srcset(photo.files[format])}" sizes="{sizes}">'
        for format in preferred
    )
    files = photo.files[last]
    address = files[min((width for width in files if width >= _FALLBACK_WIDTH), default=max(files))]
    loading = 'fetchpriority="high"' if is_first else 'loading="lazy" decoding="async"'
    return (
        f'<picture>{sources}<img src="{address}" srcset="{_srcset(files)}" sizes="{sizes}" '
        f'width="{photo.width}" height="{photo.height}" alt="{escape(alt)}" {loading}></picture>'
    )


def _srcset(files):
    return ", ".join(f"{address} {width}w" for width, address in files.items())


def _description(figure, number):
    """Return the long description of a photo for everybody; that of a drawing is part of it."""
    if not (figure.photo and figure.description):
        return ""
    return f"<details><summary>Figure {number} in words</summary><p>{escape(figure.description)}</p></details>"


def _credit(figure):
    """Return who made it, under which licence, and what it was taken from: all that the licences ask for."""
    source = escape(figure.source)
    if figure.source_address:
        source = f'<a href="{escape(figure.source_address)}">{source}</a>'
    if figure.adaptation:
        source = f" Adapted from {source}: {escape(figure.adaptation.rstrip('.'))}."
    elif source:
        source = f" Source: {source}."
    return f"{escape(figure.credit.rstrip('.'))} ({_licence(figure.licence)}).{source}"


def _licence(name):
    """Return a licence's name, as a link when it is one of Creative Commons', which ask for one."""
    if name == "CC0 1.0":
        path = "publicdomain/zero/1.0"
    elif found := _CREATIVE_COMMONS.fullmatch(name):
        path = f"licenses/{found[1].lower()}/{found[2]}"
    else:
        return escape(name)
    return f'<a href="https://creativecommons.org/{path}/">{name}</a>'


def _legend(legend):
    """Return the key of a figure: letters in one list, numbers in another."""
    letters = [row for row in legend if not row[0].isdigit()]
    digits = [row for row in legend if row[0].isdigit()]
    return _legend_list("ul", "figure-key-letter", letters) + _legend_list("ol", "figure-key-digit", digits)


def _legend_list(tag, mark_class, rows):
    items = "".join(
        f'<li><span class="{mark_class}">{escape(mark)}</span><div><b>{escape(name)}</b>{escape(text)}</div></li>'
        for mark, name, text in rows
    )
    return f'<{tag} class="figure-key">{items}</{tag}>' if rows else ""

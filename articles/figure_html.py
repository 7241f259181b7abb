"""A figure as readers get it. Pure: no models, no settings."""

from dataclasses import dataclass
from html import escape

from articles.drawing import with_text_alternative


@dataclass(frozen=True)
class Drawing:
    """What rendering needs of a figure; `svg` is cleaned. legend: (mark, name, text) in order. source: its label."""

    svg: str
    title: str
    description: str
    caption: str
    note: str
    legend: list[tuple[str, str, str]]
    credit: str
    licence: str
    source: str = ""


def figure_html(drawing: Drawing, *, number: int) -> str:
    """Return the figure with its caption, legend, credit and licence. number: its place in the article, from 1."""
    identifier = f"figure-{number}"
    image = with_text_alternative(
        drawing.svg, title=drawing.title, description=drawing.description, identifier=identifier
    )
    note = f" {escape(drawing.note)}" if drawing.note else ""
    is_credited = all(word in drawing.credit for word in drawing.source.split())
    source = "" if is_credited else f" Source: {escape(drawing.source)}."
    credit = f"{escape(drawing.credit)} ({escape(drawing.licence)}).{source}"
    return (
        f'<figure class="figure figure-wide" id="{identifier}">{image}<figcaption>'
        f"<p><b>Figure {number}. {escape(drawing.caption)}</b>{note}</p>"
        f'{_legend(drawing.legend)}<p class="small">{credit}</p></figcaption></figure>'
    )


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

"""Drawings in articles: SVG from an allow-list, with no active content. Pure: standard library only."""

import xml.etree.ElementTree as ElementTree
from html import escape

SVG = "http://www.w3.org/2000/svg"
ELEMENTS = {"svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "text", "tspan"}
ATTRIBUTES = {
    *("viewBox", "d", "cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "width", "height"),
    *("points", "transform", "fill", "fill-opacity", "fill-rule", "opacity", "stroke", "stroke-width"),
    *("stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-opacity", "font-family", "font-size"),
    *("font-weight", "text-anchor"),
}
MAX_DEPTH = 30
MAX_CHARACTERS = 200_000  # it becomes part of the page

ElementTree.register_namespace("", SVG)  # written without a prefix


class DrawingError(ValueError):
    """Why a drawing is refused, in words for the person who gave it."""


def clean_drawing(text: str) -> str:
    """Return the SVG as XML without its comments, or raise DrawingError for what is not plain shapes and labels."""
    if len(text) > MAX_CHARACTERS:
        raise DrawingError(f"The drawing has {len(text)} characters and may have {MAX_CHARACTERS}: simplify it.")
    if "<!" in text.replace("<!--", ""):  # no document type, hence no entities to expand; no CDATA
        raise DrawingError("The drawing must not have a document type or CDATA.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 -- entities are refused above
    except ElementTree.ParseError as error:
        raise DrawingError(f"The drawing is not well-formed SVG: {error}") from error
    if root.tag != f"{{{SVG}}}svg" or not root.get("viewBox"):
        raise DrawingError("The drawing must be one <svg> with a viewBox.")
    if _depth(root) > MAX_DEPTH:
        raise DrawingError(f"The drawing has elements inside each other more than {MAX_DEPTH} deep.")
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{SVG}}}")
        if name not in ELEMENTS:
            raise DrawingError(f"<{name}> is not allowed in a drawing.")
        for attribute, value in element.attrib.items():
            if attribute not in ATTRIBUTES:
                raise DrawingError(f"The attribute “{attribute}” is not allowed in a drawing.")
            if "url(" in value.lower() or ":" in value or "\\" in value:  # a backslash can spell url( in CSS
                raise DrawingError(f"“{attribute}” must not lead elsewhere.")
    if not len(root):
        raise DrawingError("The drawing is empty.")
    return ElementTree.tostring(root, encoding="unicode")


def _depth(root) -> int:
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [child for element in level for child in element]
    return depth


def legend_rows(legend) -> list[tuple[str, str, str]]:
    """Return a legend's rows as (mark, name, text), or raise DrawingError for anything else than those words."""
    names = ("mark", "name", "text")
    if not isinstance(legend, list) or not all(_is_row(row, names) for row in legend):
        raise DrawingError("A legend is a list of objects, each with “mark”, “name” and “text” in words.")
    return [tuple(row[name] for name in names) for row in legend]


def _is_row(row, names) -> bool:
    words = [row.get(name) for name in names] if isinstance(row, dict) else [None]
    return all(isinstance(word, str) and word.strip() for word in words)


def with_text_alternative(drawing: str, *, title: str, description: str, identifier: str) -> str:
    """Return a cleaned drawing as an image with a name and a long description for those who cannot see it."""
    head, _, rest = drawing.partition(">")
    names = f"{identifier}-title {identifier}-description"
    return (
        f'{head} role="img" aria-labelledby="{names}"><title id="{identifier}-title">{escape(title)}</title>'
        f'<desc id="{identifier}-description">{escape(description)}</desc>{rest}'
    )

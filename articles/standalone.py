"""An article's HTML made to be read away from this site: in feed readers, without our styles. Pure."""

import re
from urllib.parse import urljoin

from lxml import html

LINKS = ("href", "src")
# Cards repeat the reference list, and buttons open the cards; both need our styles. Of a picture its image will do.
LEFT_OUT = "//button | //*[contains(@class, 'reference-card') or contains(@class, 'term-card')]"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def standalone(fragment: str, *, url: str) -> str:
    """Return rendered HTML with absolute addresses, without cards and buttons, drawings as links to where they are.

    url: the page it comes from; links inside the page lead there.
    """
    root = html.fragment_fromstring(NOT_IN_XML.sub("", fragment), create_parent="div")
    for element in root.xpath(LEFT_OUT):
        element.drop_tree()
    for source in root.xpath("//source"):
        source.drop_tag()  # to lxml it has an end, and the image stands in it
    for drawing in root.xpath("//svg"):
        _replace(drawing, url)
    for element in root.iter():
        for name in LINKS:
            if name in element.attrib:
                element.set(name, urljoin(url, element.get(name)))
        if "srcset" in element.attrib:
            element.set("srcset", _absolute_srcset(element.get("srcset"), url))
        for name in ("class", "id", "popover", "aria-label", "aria-labelledby", "aria-describedby"):
            element.attrib.pop(name, None)
    return html.tostring(root, encoding="unicode")


def xml_text(words: str) -> str:
    """Return words without the characters that XML has no way to write."""
    return NOT_IN_XML.sub("", words)


def _replace(drawing, url):
    """Put a link where a drawing was: most readers drop drawings and leave their labels lying about."""
    title = drawing.findtext("title")
    figure = next(drawing.iterancestors("figure"), None)
    link = html.Element("a", href=f"{url}#{figure.get('id')}" if figure is not None else url)
    link.text, link.tail = f"See the drawing: {title}" if title else "", drawing.tail
    drawing.getparent().replace(drawing, link) if title else drawing.drop_tree()


def _absolute_srcset(srcset, url):
    candidates = [candidate.split() for candidate in srcset.split(",") if candidate.strip()]
    return ", ".join(" ".join([urljoin(url, address), *size]) for address, *size in candidates)

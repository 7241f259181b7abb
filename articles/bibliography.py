"""References in the numeric style of the American Medical Association, by a CSL processor. Pure."""

from functools import cache
from html import escape
from pathlib import Path

import nh3
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

STYLE = Path(__file__).parent / "csl" / "american-medical-association.csl"
_cleaner = nh3.Cleaner(tags={"i", "b", "sup", "sub"}, attributes={}, link_rel=None)


@cache
def _style():
    return CitationStylesStyle(str(STYLE), validate=False, locale="en-GB")


def format_reference(csl: dict) -> str:
    """Return one reference as HTML with nothing in it but i, b, sub and sup.

    csl: the fields of CSL-JSON (https://docs.citationstyles.org/); `id` and `type` are required. DOI and URL are
    left to the caller, who makes links of them.
    """
    # citeproc-py escapes nothing: escape on the way in, and sanitise on the way out all the same.
    source = CiteProcJSON([_escaped({name: value for name, value in csl.items() if name not in ("DOI", "URL")})])
    bibliography = CitationStylesBibliography(_style(), source, formatter.html)
    bibliography.register(Citation([CitationItem(csl["id"])]))
    [entry] = bibliography.bibliography()
    text = str(entry).removeprefix("1.").strip()
    return _cleaner.clean(text)


def short_label(csl: dict) -> str:
    """Return how a reference is named in passing: "Harper 2021"."""
    authors = csl.get("author") or [{}]
    name = authors[0].get("family") or authors[0].get("literal") or csl.get("title", "Unnamed")
    year = ((csl.get("issued") or {}).get("date-parts") or [[""]])[0][0]
    return f"{name} {year}".strip()


def _escaped(value):
    if isinstance(value, dict):
        return {name: inner if name in ("id", "type") else _escaped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return escape(value, quote=False) if isinstance(value, str) else value

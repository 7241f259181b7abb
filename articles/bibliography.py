"""References as text, by a CSL processor: numbered as the American Medical Association does, and Harvard. Pure."""

import json
import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path

import nh3
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

NUMERIC, HARVARD = "american-medical-association", "harvard-cite-them-right"  # files in csl/
MARKUP = ("i", "b", "sup", "sub")  # what CSL-JSON allows inside its texts
# The fields of CSL-JSON that are printed, by shape. Records from elsewhere carry many more: those are passed over.
TEXTS = (
    *(
        "title",
        "container-title",
        "container-title-short",
        "collection-title",
        "publisher",
        "publisher-place",
        "edition",
        "volume",
    ),
    *("issue", "page", "number", "chapter-number", "genre", "event-place", "authority"),
)
NAMES = ("author", "editor")
NAME_PARTS = ("family", "given", "suffix", "dropping-particle", "non-dropping-particle")

_cleaner = nh3.Cleaner(tags=set(MARKUP), attributes={}, link_rel=None)


class RecordError(ValueError):
    """Why a bibliographic record cannot be used, in words for the person who gave it."""


@cache
def _style(name):
    path = Path(__file__).parent / "csl" / f"{name}.csl"
    return CitationStylesStyle(str(path), validate=False, locale="en-GB")


def format_reference(csl: dict) -> str:
    """Return one reference as HTML with nothing in it but i, b, sub and sup.

    csl: the fields of CSL-JSON (https://docs.citationstyles.org/); `type` and `title` are required. DOI and URL are
    left to the caller, who makes links of them. Raises RecordError.
    """
    # A record without an author gets an empty one: citeproc-py prints what stands in for a missing one twice.
    return _formatted({"author": [], **_printed(csl), "type": csl["type"]}, NUMERIC).removeprefix("1.").strip()


def format_harvard(csl: dict, *, doi: str = "") -> str:
    """Return one reference with author and date first, as HTML like that of format_reference.

    It ends with the address where the source can be read, as text: its DOI, else its URL. Raises RecordError.
    """
    fields = {**_printed(csl), "type": csl["type"]}
    fields |= {"DOI": doi} if doi else {"URL": csl["URL"]} if "URL" in csl else {}
    # Where the title stands in for a missing author, citeproc-py prints it a second time.
    return re.sub(r"^(.+?) (\([^()]*\)) \1", r"\1 \2", _formatted(fields, HARVARD))


def _formatted(fields, style) -> str:
    return _processed(json.dumps(fields), style)


@lru_cache(maxsize=4096)  # milliseconds each: an article with forty is rendered to check it, and again to keep it
def _processed(fields_json, style) -> str:
    # citeproc-py escapes nothing: escape on the way in, and sanitise on the way out all the same.
    record = {**_escaped(json.loads(fields_json)), "id": "1"}
    try:
        bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([record]), formatter.html)
        bibliography.register(Citation([CitationItem("1")]))
        [entry] = bibliography.bibliography()
    except Exception as error:  # citeproc-py raises whatever an odd value leads to
        raise RecordError(f"This record cannot be printed: {error}") from error
    text = str(entry).strip()
    for tag in MARKUP:
        text = re.sub(f"&lt;{tag}&gt;(.*?)&lt;/{tag}&gt;", rf"<{tag}>\1</{tag}>", text)
    return _cleaner.clean(text)


def short_label(csl: dict) -> str:
    """Return how a reference is named in passing: "Harper 2021". Raises RecordError."""
    fields = _printed(csl)
    author = (fields.get("author") or [{}])[0]
    name = author.get("family") or author.get("literal") or re.sub(f"</?({'|'.join(MARKUP)})>", "", fields["title"])
    year = fields.get("issued", {}).get("date-parts", [[""]])[0][0]
    return f"{name} {year}".strip()


def _printed(csl) -> dict:
    """Return the fields that are printed, or raise RecordError when one is not of its shape."""
    if not isinstance(csl, dict) or not all(_is_words(csl.get(name)) for name in ("type", "title")):
        raise RecordError("A record needs at least “type” and “title”.")
    for names, is_right, shape in (
        (TEXTS, lambda value: type(value) in (str, int), "text or a number"),
        (NAMES, _is_list_of_names, "a list of names, each with “family” or “literal”"),
        (["issued"], _is_date, 'a date, such as {"date-parts": [[2021, 5]]}'),
        (["URL"], _is_address, "an address that begins with https:// or http://"),
    ):
        for name in names:
            if name in csl and not is_right(csl[name]):
                raise RecordError(f"“{name}” must be {shape}.")
    fields = {name: csl[name] for name in TEXTS if name in csl}
    fields |= {name: [_name(person) for person in csl[name]] for name in NAMES if name in csl}
    if "issued" in csl:
        fields["issued"] = {name: csl["issued"][name] for name in ("date-parts", "literal") if name in csl["issued"]}
    return fields


def _is_words(value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _is_list_of_names(value) -> bool:
    return isinstance(value, list) and all(
        isinstance(name, dict)
        and (_is_words(name.get("family")) or _is_words(name.get("literal")))
        and all(isinstance(name.get(part, ""), str) for part in NAME_PARTS)
        for name in value
    )


def _name(person: dict) -> dict:
    parts = NAME_PARTS if person.get("family") else ["literal"]
    return {part: person[part] for part in parts if part in person}


def _is_date(value) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("literal", ""), str):
        return False
    dates = value.get("date-parts", [[1]])
    return (
        isinstance(dates, list)
        and len(dates) in (1, 2)
        and all(isinstance(date, list) and date and all(str(part).isdigit() for part in date) for date in dates)
    )


def _escaped(value):
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return escape(value, quote=False) if isinstance(value, str) else value

"""Bibliographic records as other programs write them: BibTeX, RIS and CSL-JSON, in and out. Pure.

Inside, a record is CSL-JSON with the identifiers beside it, whatever it came as.
"""

import html
import re
from dataclasses import dataclass

from articles.bibliography import MARKUP, NAME_PARTS, NAMES, TEXTS


@dataclass(frozen=True)
class Record:
    """One source. csl: CSL-JSON without identifiers; the others are text, empty when unknown."""

    csl: dict
    key: str = ""
    doi: str = ""
    pmid: str = ""
    note: str = ""


@dataclass(frozen=True)
class Type:
    """One type of source, as CSL, BibTeX and RIS name it, and in words."""

    csl: str
    bibtex: str
    ris: str
    words: str


# The first row of a BibTeX or RIS type is what it is read as.
TYPES = (
    Type("article-journal", "article", "JOUR", "Journal article"),
    Type("article-magazine", "article", "MGZN", "Magazine article"),
    Type("article-newspaper", "article", "NEWS", "Newspaper article"),
    Type("book", "book", "BOOK", "Book"),
    Type("chapter", "incollection", "CHAP", "Chapter of a book"),
    Type("paper-conference", "inproceedings", "CPAPER", "Conference paper"),
    Type("report", "techreport", "RPRT", "Report"),
    Type("thesis", "phdthesis", "THES", "Thesis"),
    Type("webpage", "online", "ELEC", "Web page"),
    Type("article", "misc", "GEN", "Preprint, data set or other"),
)
OTHER = TYPES[-1]

_MARKUP = "|".join(MARKUP)


def type_of(csl: dict) -> Type:
    """Return the row of a record's type, or that of "other"."""
    return next((row for row in TYPES if row.csl == csl.get("type")), OTHER)


def tidy(text: str) -> str:
    """Return a text from elsewhere in one line, without any markup but what CSL-JSON allows in its texts."""
    text = re.sub(rf"</?(?!(?:{_MARKUP})>)[A-Za-z][^<>]*>", "", html.unescape(text))
    storable = text.replace("\0", "").encode(errors="ignore").decode()  # no NUL, no half of a surrogate pair
    return " ".join(storable.split())


def without_markup(text: str) -> str:
    return re.sub(f"</?(?:{_MARKUP})>", "", text)


def kept(csl: dict) -> dict:
    """Return the fields of a record that are printed or exported. Records from elsewhere carry many more."""
    fields = {name: csl[name] for name in ("type", *TEXTS, "issued", "URL") if name in csl}
    return fields | {role: _people(csl[role]) for role in NAMES if role in csl}


def _people(people):
    """Return names without affiliations and the like; what is no list of names is left for others to refuse."""
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        return people
    parts = (*NAME_PARTS, "literal")
    return [{part: person[part] for part in parts if part in person} for person in people]


def date_parts(text: str) -> list[int]:
    """Return [year, month, day] of a date written from its year down, as far as it goes; [] when it is none."""
    found = re.match(r"\s*(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?(?!\d)", text)
    return [int(part) for part in found.groups() if part and int(part)] if found else []


def issued_parts(csl: dict) -> list:
    """Return [year, month, day] of a record's date, as far as it goes; of a range its beginning."""
    return csl.get("issued", {}).get("date-parts", [[]])[0]


def name_of(person: dict) -> str:
    """Return a name family first, or an organisation's whole."""
    parts = (person.get(part, "") for part in ("dropping-particle", "non-dropping-particle", "family"))
    family = " ".join(part for part in parts if part)
    if not family:
        return person.get("literal", "")
    return ", ".join(part for part in (family, person.get("suffix", ""), person.get("given", "")) if part)

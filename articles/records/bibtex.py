"""BibTeX, by bibtexparser."""

import re
from itertools import accumulate

import bibtexparser
from bibtexparser import middlewares
from bibtexparser.model import DuplicateFieldKeyBlock, Entry, Field

from articles.bibliography import RecordError
from articles.identifiers import normalise_doi
from articles.records import OTHER, TYPES, Record, date_parts, issued_parts, name_of, tidy, type_of

# BibTeX field -> the CSL variable it is, where it is text
FIELDS = {
    "title": "title",
    "journal": "container-title",
    "booktitle": "container-title",
    "series": "collection-title",
    "publisher": "publisher",
    "institution": "publisher",
    "school": "publisher",
    "address": "publisher-place",
    "edition": "edition",
    "volume": "volume",
    "number": "issue",
    "pages": "page",
    "chapter": "chapter-number",
    "type": "genre",
}
SYNONYMS = {"journaltitle": "journal", "location": "address", "date": "year", "organization": "publisher"}
TYPE_SYNONYMS = {
    **{"inbook": "chapter", "conference": "paper-conference", "report": "report", "thesis": "thesis"},
    **{"mastersthesis": "thesis", "electronic": "webpage", "www": "webpage", "booklet": "book", "collection": "book"},
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# LaTeX command -> the markup of CSL-JSON
COMMANDS = {
    "textit": "i",
    "emph": "i",
    "textbf": "b",
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
WRITTEN = {"i": "textit", "b": "textbf", "sup": "textsuperscript", "sub": "textsubscript"}
SPECIAL = {
    **{character: rf"\{character}" for character in "&%$#_{}"},
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "@": "{@}"},
}
# In BibTeX braces have to balance, even escaped ones.
UNBALANCED = {**SPECIAL, "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}


class _KeepWhole(middlewares.BlockMiddleware):
    """Keeps apart, before LaTeX is decoded, what is none: addresses; and names in braces, which are not split."""

    STAND_INS = str.maketrans(" ,", "\ue000\ue001")
    BACK = str.maketrans("\ue000\ue001", " ,")

    def transform_entry(self, entry, library):
        for field in entry.fields:
            if field.key.lower() in ("author", "editor"):
                names = " ".join(field.value.split())
                field.value = re.sub(r"(?:^|(?<= and ))\{[^{}]*\}(?=$| and )", self._in_one_piece, names)
            if field.key.lower() in ("doi", "url"):
                entry.set_parser_metadata(field.key.lower(), re.sub(r"\\(?=[%&#$_{}~])", "", field.value).strip())
        return entry

    def _in_one_piece(self, found):
        return found[0].translate(self.STAND_INS)


def read(text: str) -> list[Record]:
    """Return the entries of a BibTeX text. Raises RecordError for one that cannot be read."""
    text = re.sub(r"\\(" + "|".join(COMMANDS) + r")\s*\{([^{}]*)\}", _as_markup, text)
    steps = [_KeepWhole(), middlewares.LatexDecodingMiddleware()]
    steps += [middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
    try:
        library = bibtexparser.parse_string(text, append_middleware=steps)
    except Exception as error:  # the parser's own failures are blocks; this is one it did not foresee
        raise RecordError("This BibTeX record cannot be read.") from error
    for block in library.failed_blocks:
        if isinstance(block, DuplicateFieldKeyBlock):
            raise RecordError(f"This BibTeX record has a field twice: {', '.join(sorted(block.duplicate_keys))}.")
        raise RecordError("This BibTeX record cannot be read: look for a missing brace, comma or equals sign.")
    return [_record(entry) for entry in library.entries]


def write(records: list[Record]) -> str:
    """Return records as BibTeX: UTF-8, with LaTeX's own characters escaped."""
    library = bibtexparser.Library()
    library.add([_entry(record, number) for number, record in enumerate(records, start=1)])
    return bibtexparser.write_string(library)


def _as_markup(found):
    tag = COMMANDS[found[1]]
    return f"<{tag}>{found[2]}</{tag}>"


def _record(entry) -> Record:
    fields = {}
    for field in entry.fields:
        name = field.key.lower()
        fields.setdefault(SYNONYMS.get(name, name), field.value)
    kind = entry.entry_type.lower()
    fallback = "webpage" if kind == "misc" and "url" in fields else OTHER.csl
    read_as = {row.bibtex: row.csl for row in reversed(TYPES) if row is not OTHER} | TYPE_SYNONYMS
    csl = {"type": read_as.get(kind, fallback)}
    for name, variable in FIELDS.items():
        if fields.get(name):
            csl.setdefault(variable, tidy(fields[name]))
    if "page" in csl:
        csl["page"] = re.sub("[–-]+", "-", csl["page"])
    if csl["type"] == "report" and "issue" in csl:
        csl["number"] = csl.pop("issue")
    for role in ("author", "editor"):
        if fields.get(role):
            people = [_name(person) for person in fields[role]]
            csl[role] = [person for person in people if person.get("family") or person.get("literal")]
    if date := _date(fields):
        csl["issued"] = {"date-parts": [date]}
    doi, address = (entry.get_parser_metadata(name) or "" for name in ("doi", "url"))
    if address.startswith(("https://", "http://")):
        csl["URL"] = address
    return Record(csl=csl, doi=normalise_doi(doi), pmid=fields.get("pmid", "").strip())


def _name(person) -> dict:
    parts = (person.first, person.von, person.last, person.jr)
    first, particle, last, suffix = (tidy(" ".join(part).translate(_KeepWhole.BACK)) for part in parts)
    if not first and not particle:
        return {"literal": "et al." if last == "others" else last}
    name = {"family": last, "given": first, "non-dropping-particle": particle, "suffix": suffix}
    return {part: value for part, value in name.items() if value}


def _date(fields) -> list[int]:
    date = date_parts(str(fields.get("year", "")))
    month = str(fields.get("month", "")).lower()
    if len(date) == 1 and (number := _month(month)):
        date.append(number)
    return date


def _month(text) -> int:
    """Return the number of a month by its number or name, or 0."""
    if text[:3] in MONTHS:
        return MONTHS.index(text[:3]) + 1
    return int(text) if re.fullmatch("0?[1-9]|1[0-2]", text) else 0


def _entry(record: Record, number: int) -> Entry:
    csl, row = record.csl, type_of(record.csl)
    fields = []
    for role in ("author", "editor"):
        if csl.get(role):
            fields.append((role, " and ".join(_written_name(person) for person in csl[role])))
    container = "journal" if row.bibtex == "article" else "booktitle"
    publisher = {"techreport": "institution", "phdthesis": "school"}.get(row.bibtex, "publisher")
    left_out = {"journal", "booktitle", "publisher", "institution", "school"} - {container, publisher}
    for name, variable in FIELDS.items():
        if name not in left_out and csl.get(variable):
            fields.append((name, _escaped(str(csl[variable]))))
    if row.csl == "report" and csl.get("number"):
        fields.append(("number", _escaped(str(csl["number"]))))
    fields += [(name, str(part)) for name, part in zip(("year", "month", "day"), issued_parts(csl), strict=False)]
    address = csl.get("URL", "")
    fields += [
        ("doi", _verbatim(record.doi)),
        ("pmid", record.pmid),
        ("url", _verbatim(address)),
        ("note", _escaped(record.note)),
    ]
    written = [Field(name, value) for name, value in fields if value]
    return Entry(row.bibtex, record.key or f"source{number}", written)


def _written_name(person: dict) -> str:
    name = _escaped(name_of(person))
    if not person.get("family"):
        return "others" if name == "et al." else f"{{{name}}}"
    return name


def _escaped(text: str) -> str:
    depths = list(accumulate((character == "{") - (character == "}") for character in text))
    special = SPECIAL if not depths or (min(depths) >= 0 and depths[-1] == 0) else UNBALANCED
    escaped = "".join(special.get(character, character) for character in " ".join(text.split()))
    for tag, command in WRITTEN.items():
        escaped = re.sub(f"<{tag}>(.*?)</{tag}>", rf"\\{command}{{\1}}", escaped)
    return escaped


def _verbatim(address: str) -> str:
    """Return an address fit to stand between braces: programs read it as it is."""
    return "".join(f"%{ord(character):02X}" if character in "{}\\@" else character for character in address)

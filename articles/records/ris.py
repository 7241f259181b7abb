"""RIS, by rispy."""

import rispy

from articles.bibliography import RecordError
from articles.identifiers import normalise_doi
from articles.records import OTHER, TYPES, Record, date_parts, issued_parts, name_of, tidy, type_of, without_markup

# rispy's names for the tags of a text -> the CSL variable it is; of several the first that is there
FIELDS = {
    "title": "title",
    "primary_title": "title",
    "journal_name": "container-title",
    "alternate_title3": "container-title",
    "secondary_title": "container-title",
    "alternate_title2": "container-title",
    "publisher": "publisher",
    "place_published": "publisher-place",
    "edition": "edition",
    "volume": "volume",
    "number": "issue",
    "type_of_work": "genre",
}
ROLES = {"authors": "author", "first_authors": "author", "secondary_authors": "editor"}
TYPE_SYNONYMS = {
    **{"EJOUR": "article-journal", "EBOOK": "book", "EDBOOK": "book", "ECHAP": "chapter"},
    **{"CONF": "paper-conference", "GOVDOC": "report", "BLOG": "webpage", "ICOMM": "webpage"},
}


class _Writer(rispy.RisWriter):
    def set_header(self, count):
        return ""  # a number before each record is no RIS


def read(text: str) -> list[Record]:
    """Return the records of a RIS text; one whose last line was left behind counts. Raises RecordError."""
    try:
        found = rispy.loads(f"{text}\nER  - \n", delimiter_tags_mapping={}, skip_unknown_tags=True)
    except Exception as error:  # the parser trusts its input
        raise RecordError("This RIS record cannot be read.") from error
    return [_record(fields) for fields in found]


def write(records: list[Record]) -> str:
    """Return records as RIS, in UTF-8."""
    return rispy.dumps([_fields(record) for record in records], implementation=_Writer)


def _record(fields) -> Record:
    read_as = {row.ris: row.csl for row in reversed(TYPES)} | TYPE_SYNONYMS
    csl = {"type": read_as.get(fields["type_of_reference"].upper(), OTHER.csl)}
    for name, variable in FIELDS.items():
        if fields.get(name):
            csl.setdefault(variable, tidy(fields[name]))
    if csl["type"] == "report" and "issue" in csl:
        csl["number"] = csl.pop("issue")
    pages = [tidy(fields[name]) for name in ("start_page", "end_page") if fields.get(name)]
    if pages:  # some write the whole range as its beginning
        csl["page"] = pages[0] if "-" in pages[0] else "-".join(pages)
    for name, role in ROLES.items():
        if people := [_name(tidy(person)) for person in fields.get(name, []) if person.strip()]:
            csl.setdefault(role, people)
    for name in ("date", "year", "publication_year"):
        if (date := date_parts(fields.get(name, ""))) and "issued" not in csl:
            csl["issued"] = {"date-parts": [date]}
    addresses = [address for address in fields.get("urls", []) if address.startswith(("https://", "http://"))]
    if addresses:
        csl["URL"] = addresses[0]
    is_pubmed = "pubmed" in fields.get("name_of_database", "").lower()
    pmid = fields.get("accession_number", "") if is_pubmed else ""
    return Record(csl=csl, doi=normalise_doi(fields.get("doi", "")), pmid=pmid)


def _name(text: str) -> dict:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1:
        return {"literal": text}
    name = {"family": parts[0], "given": parts[1], "suffix": " ".join(parts[2:])}
    return {part: value for part, value in name.items() if value}


def _fields(record: Record) -> dict:
    csl, row = record.csl, type_of(record.csl)
    fields = {"type_of_reference": row.ris, "id": record.key}
    # Once each: of the names that share a variable the first that is right for the type.
    container = "journal_name" if row.bibtex == "article" else "secondary_title"
    names = {"title": "title", container: "container-title"}
    names |= {name: variable for name, variable in FIELDS.items() if variable not in ("title", "container-title")}
    fields |= {name: _line(str(csl[variable])) for name, variable in names.items() if csl.get(variable)}
    if csl.get("number"):
        fields["number"] = _line(str(csl["number"]))
    for name, role in (("authors", "author"), ("secondary_authors", "editor")):
        fields[name] = [_written_name(person) for person in csl.get(role, [])]
    fields["start_page"], _, fields["end_page"] = _line(str(csl.get("page", ""))).partition("-")
    date = issued_parts(csl)
    fields["year"] = "".join(str(part) for part in date[:1])
    fields["date"] = "/".join(f"{int(part):02}" for part in date) if len(date) > 1 else ""
    fields |= {"doi": record.doi, "urls": [_line(csl["URL"])] if csl.get("URL") else []}
    if record.pmid:
        fields |= {"accession_number": record.pmid, "name_of_database": "PubMed"}
    fields["notes"] = [_line(record.note)] if record.note else []
    return {name: value for name, value in fields.items() if value}


def _written_name(person: dict) -> str:
    """Return a name as RIS has it: family, given, suffix."""
    if not person.get("suffix"):
        return _line(name_of(person))
    return _line(f"{name_of({**person, 'suffix': ''})}, {person['suffix']}")


def _line(text: str) -> str:
    """Return a text in one line, so that none of it reads as another tag."""
    return " ".join(without_markup(text).split())

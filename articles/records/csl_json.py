"""CSL-JSON: what is stored here, and what Zotero and Crossref speak."""

import json

from articles.bibliography import RecordError
from articles.identifiers import normalise_doi
from articles.records import OTHER, TYPES, Record, date_parts, kept, tidy

TYPE_SYNONYMS = {
    **{"review": "article-journal", "review-book": "article-journal", "post": "webpage", "post-weblog": "webpage"},
    **{"entry-encyclopedia": "chapter", "entry-dictionary": "chapter", "entry": "chapter"},
}


def read(text: str) -> list[Record]:
    """Return the records of a CSL-JSON text: one object, or a list of them. Raises RecordError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError("This is not valid JSON: look for a missing brace, quote or comma.") from error
    found = found if isinstance(found, list) else [found]
    if not all(isinstance(csl, dict) for csl in found):
        raise RecordError("A CSL-JSON record is an object with fields such as “type” and “title”.")
    return [read_fields(csl) for csl in found]


def read_fields(csl: dict) -> Record:
    """Return the record of one object, its texts tidied. What is not of its shape is left for the library to refuse."""
    fields = _tidied(kept(csl))
    if isinstance(fields.get("type"), str) and fields["type"]:
        known = {row.csl: row.csl for row in TYPES} | TYPE_SYNONYMS
        fields["type"] = known.get(fields["type"], OTHER.csl)
    issued = fields.get("issued")
    if isinstance(issued, dict) and "date-parts" not in issued and (date := date_parts(_text(issued, "raw"))):
        fields["issued"] = {"date-parts": [date]}
    return Record(csl=fields, doi=normalise_doi(_text(csl, "DOI")), pmid=_text(csl, "PMID").strip())


def write(records: list[Record]) -> str:
    """Return records as CSL-JSON, a list."""
    return json.dumps([_fields(record) for record in records], ensure_ascii=False, indent=1)


def _tidied(value):
    if isinstance(value, dict):
        return {name: _tidied(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_tidied(inner) for inner in value]
    return tidy(value) if isinstance(value, str) else value


def _text(csl, name):
    return str(csl[name]) if isinstance(csl.get(name), str | int) else ""


def _fields(record: Record) -> dict:
    more = {"DOI": record.doi, "PMID": record.pmid, "note": record.note}
    return {"id": record.key, **kept(record.csl), **{name: value for name, value in more.items() if value}}

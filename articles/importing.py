"""What somebody pastes into the library: a DOI, or a record in BibTeX, RIS or CSL-JSON. Pure."""

import re
import unicodedata
from collections.abc import Collection

from articles.bibliography import RecordError, format_reference, short_label
from articles.identifiers import is_doi, is_pmid, normalise_doi, normalise_pmid
from articles.records import Record, bibtex, csl_json, ris

MAX_CHARACTERS = 20_000  # a record with a thousand authors; the worst of that length takes a second to read
MAX_KEY = 60


def pasted_doi(text: str) -> str:
    """Return the DOI that a text is, in one form, or "" when it is something else."""
    doi = normalise_doi(text.removesuffix("."))
    return doi if is_doi(doi) else ""


def read_record(text: str) -> Record:
    """Return the one record in a text. Raises RecordError, in words, for anything else."""
    if len(text) > MAX_CHARACTERS:
        raise RecordError(f"This is longer than {MAX_CHARACTERS:,} characters. Paste one record.")
    text = text.strip().removeprefix("\ufeff").strip()
    records = _format_of(text).read(text)
    if not records:
        raise RecordError("There is no record in this.")
    if len(records) > 1:
        raise RecordError(f"These are {len(records)} records. Paste one at a time: each needs a person's judgement.")
    [record] = records
    format_reference(record.csl)
    pmid = normalise_pmid(record.pmid)
    doi = record.doi if is_doi(record.doi) else ""
    csl = {name: value for name, value in record.csl.items() if name != "URL" or normalise_doi(value) != doi}
    return Record(csl=csl, doi=doi, pmid=pmid if is_pmid(pmid) else "")


def propose_key(csl: dict, taken: Collection[str]) -> str:
    """Return a key for a record, such as harper2021, or harper2021b when that is taken."""
    label = unicodedata.normalize("NFKD", short_label(csl)).encode("ascii", "ignore").decode().lower()
    base = re.sub("[^a-z0-9]", "", label)[: MAX_KEY - 3] or "source"
    proposals = [base, *(f"{base}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
    proposals += [f"{base}-{number}" for number in range(2, len(taken) + 3)]
    return next(key for key in proposals if key not in taken)


def _format_of(text):
    if text.startswith(("{", "[")):
        return csl_json
    if re.match(r"TY\s*-", text):
        return ris
    if re.search(r"^\s*@\s*\w+\s*[{(]", text, re.MULTILINE):
        return bibtex
    raise RecordError(
        "This is neither a DOI, such as 10.1000/xyz123, nor a record in BibTeX, RIS or CSL-JSON. "
        "Copy one from the publisher's “Cite” button or from Zotero."
    )

"""What Crossref knows of a DOI: the record, who funded the work, and whether it was corrected or retracted since."""

import hashlib
import json
import logging
import time
from dataclasses import dataclass
from urllib.parse import quote

import requests
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from urllib3.exceptions import HTTPError

from articles.bibliography import RecordError, format_reference
from articles.identifiers import is_doi, normalise_doi
from articles.models import RetractionState
from articles.records import Record, csl_json

logger = logging.getLogger(__name__)

SECONDS_TO_CONNECT, SECONDS_BETWEEN_BYTES, SECONDS_IN_ALL = 3, 5, 15
MAX_BYTES = 5_000_000  # records of reviews, with all they cite, come to a megabyte
CACHED_SECONDS = 24 * 60 * 60
MAX_FUNDING = 300

TYPES = {
    "journal-article": "article-journal",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "reference-entry": "chapter",
    "proceedings-article": "paper-conference",
    "report": "report",
    "dissertation": "thesis",
    "posted-content": "article",
}
# What a later notice makes of a work. A part retracted is doubt about the rest, which stands.
NOTICES = {
    "retraction": RetractionState.RETRACTED,
    "withdrawal": RetractionState.RETRACTED,
    "removal": RetractionState.RETRACTED,
    "partial_retraction": RetractionState.CONCERN,
    "expression_of_concern": RetractionState.CONCERN,
    "correction": RetractionState.CORRECTED,
    "corrigendum": RetractionState.CORRECTED,
    "erratum": RetractionState.CORRECTED,
}
USED = (
    *("type", "title", "subtitle", "container-title", "author", "editor", "issued", "volume", "issue", "page"),
    *("article-number", "publisher", "publisher-location", "edition-number", "funder", "updated-by"),
)


class CrossrefError(Exception):
    """Why a DOI could not be looked up, in words for the person who asked."""


class NotKnown(CrossrefError):
    """Crossref has no such DOI."""


class Unavailable(CrossrefError):
    """Crossref cannot be reached, or not now."""


@dataclass(frozen=True)
class Work:
    """What Crossref says of one DOI. notice_doi: where the gravest notice is, if it has a DOI."""

    record: Record
    funding: str
    retraction_state: RetractionState
    notice_doi: str


def look_up(doi: str) -> Work:
    """Return what Crossref says of a DOI in its normal form, from the cache if asked within a day.

    May take some 20 seconds. Raises CrossrefError.
    """
    key = f"crossref:{hashlib.sha256(doi.encode()).hexdigest()}"
    message = _cached(key)
    if message is not None:
        return _work(doi, message)
    message = _asked(doi)
    work = _work(doi, message)
    _remember(key, message)
    return work


def look_up_state(doi: str) -> tuple[RetractionState, str]:
    """Return the state of a work as Crossref has it at this moment, and the DOI of the notice that made it so.

    May take some 20 seconds. Raises CrossrefError.
    """
    try:
        return _gravest(_asked(doi).get("updated-by", []))
    except (TypeError, AttributeError) as error:
        raise CrossrefError(_not_understood()) from error


def _asked(doi) -> dict:
    body = _read(f"{settings.CROSSREF_URL}/works/{quote(doi, safe='')}")
    try:
        message = json.loads(body)["message"]
        return {name: message[name] for name in USED if name in message}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CrossrefError(_not_understood()) from error


def _read(url) -> bytes:
    headers = {
        "Accept": "application/json",
        "User-Agent": f"Probio7-online ({settings.SITE_URL}; mailto:{settings.TEAM_EMAIL})",
    }
    deadline, body = time.monotonic() + SECONDS_IN_ALL, bytearray()
    timeout = (SECONDS_TO_CONNECT, SECONDS_BETWEEN_BYTES)
    try:
        with requests.get(url, headers=headers, timeout=timeout, stream=True) as response:
            _refuse(response.status_code)
            while chunk := response.raw.read1(65536, decode_content=True):  # returns what there is, unlike read()
                body += chunk
                if len(body) > MAX_BYTES:
                    raise CrossrefError("Crossref's answer is too large to be a record. Fill in the form instead.")
                if time.monotonic() > deadline:
                    raise Unavailable(_away())
    except (requests.RequestException, HTTPError) as error:
        raise Unavailable(_away()) from error
    return bytes(body)


def _refuse(status):
    if status == 404:
        raise NotKnown(
            "Crossref does not know this DOI. Check it; if it is right, another agency gave it: paste a record in "
            "BibTeX, RIS or CSL-JSON instead."
        )
    if status == 429 or status >= 500:
        raise Unavailable(_away())
    if status != 200:
        raise CrossrefError(f"Crossref refused to answer (status {status}). Paste a record or fill in the form.")


def _away():
    return "Crossref does not answer just now. Try again in a few minutes, paste a record, or fill in the form."


def _not_understood():
    return "Crossref's answer cannot be understood. Paste a record in BibTeX, RIS or CSL-JSON, or fill in the form."


def _cached(key):
    try:
        return cache.get(key)
    except RedisError:
        return None


def _remember(key, message):
    try:
        cache.set(key, message, CACHED_SECONDS)
    except RedisError:
        logger.warning("the cache is away: a record from Crossref is not kept")


def _work(doi, message) -> Work:
    try:
        record = csl_json.read_fields(_csl(message))
        format_reference(record.csl)
        state, notice_doi = _gravest(message.get("updated-by", []))
        funders = [funder["name"] for funder in message.get("funder", []) if isinstance(funder.get("name"), str)]
    except (RecordError, TypeError, AttributeError, LookupError, ValueError) as error:
        raise CrossrefError(_not_understood()) from error
    funding = f"Funded by {', '.join(dict.fromkeys(funders))}" if funders else ""
    return Work(Record(record.csl, doi=doi), funding[:MAX_FUNDING], state, notice_doi)


def _csl(message) -> dict:
    """Return Crossref's fields as CSL-JSON: its titles are lists, and some of its names differ."""
    csl = {name: message[name] for name in ("volume", "issue", "publisher") if name in message}
    csl["type"] = TYPES.get(message.get("type"), "article")
    title = ": ".join(part for name in ("title", "subtitle") for part in message.get(name, [])[:1] if part)
    texts = {
        "title": title,
        "container-title": "".join(message.get("container-title", [])[:1]),
        "page": message.get("page") or message.get("article-number"),
        "publisher-place": message.get("publisher-location"),
        "edition": message.get("edition-number"),
    }
    for role in ("author", "editor"):
        texts[role] = [_name(person) for person in message.get(role, [])]
    if message.get("issued", {}).get("date-parts", [[None]])[0][:1] not in ([None], []):
        texts["issued"] = {"date-parts": message["issued"]["date-parts"][:1]}
    return csl | {name: value for name, value in texts.items() if value}


def _name(person) -> dict:
    return person if person.get("family") else {"literal": person.get("name") or person.get("given")}


def _gravest(notices):
    """Return the state that a work's later notices make, and the DOI of the notice that makes it."""
    state, notice_doi = RetractionState.NONE, ""
    for notice in notices:
        made = NOTICES.get(str(notice.get("type", "")).lower().replace("-", "_"), RetractionState.NONE)
        if made.is_graver_than(state):
            doi = normalise_doi(str(notice.get("DOI", "")))
            state, notice_doi = made, doi if is_doi(doi) else ""
    return state, notice_doi

"""The numbers sources are known by: DOI and PMID, each in one form. Pure."""

import re
from urllib.parse import unquote

RESOLVER = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)
PUBMED = re.compile(r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/", re.IGNORECASE)
# What PostgreSQL holds the two columns to.
DOI_PATTERN = r"^10\.[0-9]{4,9}/[^\sA-Z]+$"
PMID_PATTERN = r"^[1-9][0-9]{0,8}$"


def normalise_doi(value: str) -> str:
    """Return a DOI in lower case without its resolver: DOIs are not case-sensitive (DOI Handbook, 2.4)."""
    value = value.strip()
    if resolver := RESOLVER.match(value):  # an address: percent-encoded, and its query is no part of the DOI
        value = unquote(re.split("[?#]", value[resolver.end() :])[0])
    return re.sub(r"^doi[:\s]\s*", "", value.lower())


def is_doi(value: str) -> bool:
    return re.search(DOI_PATTERN, value) is not None


def normalise_pmid(value: str) -> str:
    """Return a PubMed number without the words or the address around it."""
    value = PUBMED.sub("", value.strip()).rstrip("/")
    return re.sub(r"^pmid[:\s]\s*", "", value, flags=re.IGNORECASE)


def is_pmid(value: str) -> bool:
    return re.search(PMID_PATTERN, value) is not None

"""What readers are told of one source: on its card beside the text, and in the list of references. Pure."""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

# What became of a source since it was published, in words. A source that has none of these is as it was.
NOTICES = {
    "retracted": "Retracted: this source has been withdrawn.",
    "concern": "Expression of concern: its publisher has doubts about this source.",
    "corrected": "Corrected since it was published.",
}


@dataclass(frozen=True)
class Source:
    """What rendering needs of a reference; `html` is its formatted text, already safe.

    retraction: a key of NOTICES, or anything else when there is nothing to tell.
    """

    label: str
    kind: str
    html: str
    doi: str = ""
    url: str = ""
    sample: str = ""
    funding: str = ""
    summary: str = ""
    pmid: str = ""
    retraction: str = ""
    notice_doi: str = ""


def card_text(source: Source) -> str:
    """Return what a card says under the source's name: a notice first, then what kind of study, and who paid."""
    lines = " ".join(escape(line) for line in (source.summary, source.funding) if line)
    kind = escape(", ".join(part for part in (source.kind, source.sample) if part))
    return f"{_notice(source)}<i>{kind}</i>{lines}"


def list_text(source: Source) -> str:
    """Return a source as the list has it: its text, a notice, what kind of study, who paid, and where to read it."""
    notice = _notice(source)
    about = "; ".join(escape(part.rstrip(".")) for part in (source.kind, source.sample, source.funding) if part)
    where = f"{_link(source)}{_pubmed(source)}"
    return f'{source.html} {f"{notice} " if notice else ""}<span class="study-kind">{about}.</span>{where}'


def _notice(source):
    words = NOTICES.get(source.retraction)
    if not words:
        return ""
    doi = source.notice_doi
    link = f' <a href="{escape(_resolver(doi))}">Notice: {escape(f"doi.org/{doi}")}</a>' if doi else ""
    return f'<strong class="source-notice source-notice-{source.retraction}">{words}{link}</strong>'


def _link(source):
    """Return where a reference can be read: its DOI, else its address on the web, else nothing."""
    if source.doi:
        address, words = _resolver(source.doi), f"doi.org/{source.doi}"
    elif source.url.startswith(("https://", "http://")):
        address, words = source.url, source.url.partition("://")[2]
    else:
        return ""
    return f' <a href="{escape(address)}">{escape(words)}</a>'


def _pubmed(source):
    if not source.pmid:
        return ""
    return f' <a href="https://pubmed.ncbi.nlm.nih.gov/{quote(source.pmid)}/">PubMed {escape(source.pmid)}</a>'


def _resolver(doi):
    return f"https://doi.org/{quote(doi)}"

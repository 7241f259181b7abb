"""Pages as search engines read them: schema.org, written as JSON-LD. Pure: no models, no settings.

Everything said here is on the page as well. There is no Product, Drug or MedicalCondition: articles describe what is
known, and recommend nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

NAME, LANGUAGE = "Probio7", "en-GB"
CARD_SIZE = (1200, 630)
WORDS_A_MINUTE = 220
# CSL type -> schema.org type; what is not here is a CreativeWork
WORKS = {
    "article-journal": "ScholarlyArticle",
    "article": "ScholarlyArticle",
    "paper-conference": "ScholarlyArticle",
    "report": "Report",
    "book": "Book",
    "chapter": "Chapter",
    "webpage": "WebPage",
    "dataset": "Dataset",
}
_MARKUP = re.compile(r"</?(?:i|b|sup|sub)>")


@dataclass(frozen=True)
class Somebody:
    """Who wrote or reviewed a page; url is that of their own page."""

    name: str
    url: str
    role: str
    credentials: str = ""
    register_number: str = ""
    bio: str = ""


@dataclass(frozen=True)
class Described:
    """An article's page in plain values. Addresses are absolute, times aware, topic and list are (name, address).

    content: what content_node said of the revision.
    """

    site_url: str
    url: str
    title: str
    image: str
    published_at: datetime
    changed_at: datetime
    reviewed_on: date
    author: Somebody
    reviewer: Somebody
    articles: tuple[str, str]
    topic: tuple[str, str]
    content: dict


def content_node(title: str, standfirst: str, *, word_count: int, cited_works: list[dict]) -> dict:
    """Return what an Article node says of a revision alone, whoever publishes it when. cited_works: of cited_work."""
    return {
        "headline": title,
        "description": standfirst,
        "inLanguage": LANGUAGE,
        "isAccessibleForFree": True,
        "wordCount": word_count,
        "timeRequired": f"PT{reading_minutes(word_count)}M",
        "citation": cited_works,
    }


def reading_minutes(word_count: int) -> int:
    """Return how long an article takes to read, in whole minutes."""
    return max(1, round(word_count / WORDS_A_MINUTE))


def article_graph(page: Described) -> dict:
    """Return the JSON-LD of an article's page: site, trail, page and article, tied together by @id."""
    site, organization, webpage = f"{page.site_url}/#site", f"{page.site_url}/#organization", f"{page.url}#page"
    nodes = [
        {"@type": "Organization", "@id": organization, "name": NAME, "url": f"{page.site_url}/"},
        {
            "@type": "WebSite",
            "@id": site,
            "name": NAME,
            "url": f"{page.site_url}/",
            "inLanguage": LANGUAGE,
            "publisher": {"@id": organization},
        },
        _trail(page),
        {
            "@type": "WebPage",
            "@id": webpage,
            "url": page.url,
            "name": page.title,
            "inLanguage": LANGUAGE,
            "isPartOf": {"@id": site},
            "breadcrumb": {"@id": f"{page.url}#trail"},
            "lastReviewed": page.reviewed_on.isoformat(),
            "reviewedBy": person(page.reviewer),
        },
        _article(page, organization, webpage),
    ]
    return {"@context": "https://schema.org", "@graph": nodes}


def person_graph(somebody: Somebody) -> dict:
    """Return the JSON-LD of a person's page."""
    about = {**person(somebody), **({"description": somebody.bio} if somebody.bio else {})}
    return {"@context": "https://schema.org", "@type": "ProfilePage", "url": somebody.url, "mainEntity": about}


def person(somebody: Somebody) -> dict:
    node = {"@type": "Person", "@id": f"{somebody.url}#person", "name": somebody.name, "url": somebody.url}
    node["jobTitle"] = somebody.role
    if somebody.credentials:
        node["honorificSuffix"] = somebody.credentials
        node["hasCredential"] = {"@type": "EducationalOccupationalCredential", "name": somebody.credentials}
    if somebody.register_number:
        node["identifier"] = {
            "@type": "PropertyValue",
            "propertyID": "register number",
            "value": somebody.register_number,
        }
    return node


def cited_work(csl: dict, *, doi: str) -> dict:
    """Return a reference as a schema.org work. csl: CSL-JSON that bibliography.py can print; doi: normalised or ""."""
    authors = csl.get("author", [])
    names = [name.get("literal") or f"{name.get('given', '')} {name['family']}".strip() for name in authors]
    names = [name for name in names if name != "et al."]  # how a record says that it does not name them all
    year, journal = _year(csl), csl.get("container-title")
    work = {"@type": WORKS.get(csl["type"], "CreativeWork"), "name": _MARKUP.sub("", csl["title"])}
    if names:
        work["author"] = [{"@type": "Person", "name": name} for name in names]
    if year:
        work["datePublished"] = year
    if journal:
        work["isPartOf"] = {"@type": "Periodical", "name": _MARKUP.sub("", str(journal))}
    if doi:
        work["identifier"] = {"@type": "PropertyValue", "propertyID": "doi", "value": doi}
        work["sameAs"] = f"https://doi.org/{doi}"
    return work


def citation_reference(work: dict) -> str:
    """Return the content of a citation_reference tag, as indexes of research read it, for a work of cited_work."""
    parts = [("title", work["name"])]
    parts += [("author", author["name"]) for author in work.get("author", [])]
    parts += [("publication_date", work["datePublished"])] if "datePublished" in work else []
    parts += [("journal_title", work["isPartOf"]["name"])] if "isPartOf" in work else []
    parts += [("doi", work["identifier"]["value"])] if "identifier" in work else []
    return "; ".join(f"citation_{name}={value.replace(';', ',')}" for name, value in parts)


def _year(csl):
    parts = csl.get("issued", {}).get("date-parts") or [[""]]
    return str(parts[0][0])


def _trail(page):
    steps = [page.articles, page.topic, (page.title, page.url)]
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": url}
        for position, (name, url) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{page.url}#trail", "itemListElement": items}


def _article(page, organization, webpage):
    width, height = CARD_SIZE
    return {
        "@type": "Article",
        "@id": f"{page.url}#article",
        "mainEntityOfPage": {"@id": webpage},
        **page.content,
        "image": {"@type": "ImageObject", "url": page.image, "width": width, "height": height},
        "datePublished": page.published_at.isoformat(timespec="seconds"),
        "dateModified": page.changed_at.isoformat(timespec="seconds"),
        "author": [person(page.author)],
        "publisher": {"@id": organization},
        "about": page.topic[0],
    }

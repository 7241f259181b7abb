"""What the team exports of the library, in the columns that are imported."""

from articles.models import Reference
from articles.records import issued_parts, name_of
from probio.exchange.sources import Source, offer


def _text(variable):
    return lambda row: str(row.csl.get(variable, ""))


def _people(role):
    def names(row):
        return "\n".join(_line(person) for person in row.csl.get(role, []))

    return names


def _line(person):
    """Return a name as the form of a reference takes it: an organisation with a comma stands in quotes."""
    name = name_of(person)
    if person.get("family"):
        return ", ".join([name.split(", ")[0], person.get("given", ""), *filter(None, [person.get("suffix")])])
    return f'"{name}"' if "," in name else name


def _date(row):
    return "-".join(str(part).zfill(2) for part in issued_parts(row.csl))


REFERENCES = offer(
    Source(
        name="articles.references",
        title="References",
        rows=Reference.objects.all,
        permissions=("articles.view_reference",),
        columns={
            "key": lambda row: row.key,
            "doi": lambda row: row.doi,
            "pmid": lambda row: row.pmid,
            "type": _text("type"),
            "title": _text("title"),
            "authors": _people("author"),
            "editors": _people("editor"),
            "date": _date,
            "container": _text("container-title"),
            "volume": _text("volume"),
            "issue": _text("issue"),
            "page": _text("page"),
            "publisher": _text("publisher"),
            "place": _text("publisher-place"),
            "edition": _text("edition"),
            "url": _text("URL"),
            "kind of study": lambda row: row.kind,
            "sample": lambda row: row.sample,
            "funding": lambda row: row.funding,
            "summary": lambda row: row.summary,
            "retraction state": lambda row: row.retraction_state,
            "notice doi": lambda row: row.notice_doi,
        },
    )
)

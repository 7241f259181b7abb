import json
from datetime import UTC, datetime, timedelta

import bibtexparser
import pytest
import rispy
from django.utils import timezone

from articles.importing import read_record
from tests.articles.factories import make_csl, make_draft, make_live_article, make_person, make_reference
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

ENDINGS = ["bib", "ris", "json"]
CITED = '<p>A<cite data-cite="b"></cite> and B<cite data-cite="a"></cite> and A<cite data-cite="b"></cite></p>'


@pytest.fixture
def article():
    """A live article that cites b, then a; c is in the library only, and in a newer draft."""
    make_reference("a", csl=make_csl(title="On a"), pmid="33318163")
    make_reference(
        "b", csl=make_csl(title="On <i>b</i>"), doi="10.1000/b", retraction_state="retracted", notice_doi="10.1000/n"
    )
    make_reference("c", csl=make_csl(title="On c"))
    live = make_live_article(
        slug="mucus",
        title="Mucus & us",
        author=make_person(name="Nell May Okafor"),
        body=CITED,
        publish_at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
    )
    make_draft(live, body='<p>A<cite data-cite="c"></cite></p>')
    return live


def test_references_are_those_of_the_live_revision_in_its_order(client, article):
    answers = {ending: client.get(f"/articles/mucus/references.{ending}") for ending in ENDINGS}
    assert [entry.key for entry in bibtexparser.parse_string(answers["bib"].text).entries] == ["b", "a"]
    assert [row["id"] for row in rispy.loads(answers["ris"].text)] == ["b", "a"]
    assert [row["id"] for row in json.loads(answers["json"].text)] == ["b", "a"]


def test_references_carry_identifiers_and_what_became_of_the_source(client, article):
    first, second = json.loads(client.get("/articles/mucus/references.json").text)
    note = "Retracted: this source has been withdrawn. https://doi.org/10.1000/n"
    assert (first["title"], first["DOI"], first["note"]) == ("On <i>b</i>", "10.1000/b", note)
    assert (second["PMID"], "DOI" in second, "note" in second) == ("33318163", False, False)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_article_itself_can_be_cited(client, article, settings, ending):
    record = read_record(client.get(f"/articles/mucus/citation.{ending}").text)
    assert record.csl == {
        "type": "webpage",
        "title": "Mucus & us",
        "author": [{"family": "Okafor", "given": "Nell May"}],
        "publisher": "Probio7",
        "URL": f"{settings.SITE_URL}/articles/mucus/",
        "issued": {"date-parts": [[2025, 12, 31] if ending != "bib" else [2025, 12]]},
    }


def test_the_article_says_how_it_is_cited_and_where_the_files_are(client, article, settings):
    page = client.get("/articles/mucus/")
    words = f"Okafor, N.M. (2025) Mucus & us. Probio7. Available at: {settings.SITE_URL}/articles/mucus/."
    assert words in text_of(page)
    section = parse(page).find(".//section[@class='cite-this']")
    links = {link.text: client.get(link.get("href")).status_code for link in section.iter("a")}
    assert links == {
        "Article (BibTeX)": 200,
        "Article (RIS)": 200,
        "References (BibTeX)": 200,
        "References (RIS)": 200,
        "References (CSL-JSON)": 200,
    }


def test_an_article_without_references_offers_none(client):
    make_live_article(slug="plain")
    section = parse(client.get("/articles/plain/")).find(".//section[@class='cite-this']")
    assert [link.text for link in section.iter("a")] == ["Article (BibTeX)", "Article (RIS)"]
    assert client.get("/articles/plain/references.json").json() == []


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("ris", "application/x-research-info-systems; charset=utf-8"),
        ("json", "application/vnd.citationstyles.csl+json; charset=utf-8"),
    ],
)
def test_files_are_what_reference_managers_know_and_caches_may_keep(client, article, ending, media_type):
    response = client.get(f"/articles/mucus/references.{ending}")
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="mucus-references.{ending}"'
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert (response.headers["X-Robots-Tag"], response.cookies, "Vary" in response.headers) == ("noindex", {}, False)


def test_a_file_that_did_not_change_is_not_sent_again(client, article):
    etag = client.get("/articles/mucus/references.bib").headers["ETag"]
    again = client.get("/articles/mucus/references.bib", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    article.live_revision.references.filter(key="a").update(pmid="5")
    changed = client.get("/articles/mucus/references.bib", headers={"If-None-Match": etag})
    assert changed.status_code == 200


def test_a_file_is_not_kept_past_the_end_of_its_article(client):
    make_live_article(slug="brief", expire_at=timezone.now() + timedelta(seconds=100))
    age = client.get("/articles/brief/citation.ris").headers["Cache-Control"].rpartition("=")[2]
    assert 90 <= int(age) < 100


def test_files_cost_two_queries_however_many_references(client, article, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/articles/mucus/references.bib")
    with django_assert_num_queries(1):
        client.get("/articles/mucus/citation.bib")


@pytest.mark.parametrize("name", ["references", "citation"])
@pytest.mark.parametrize("ending", ["txt", "", "bib/", "b%00b", "BIB"])
def test_another_ending_is_not_found(client, article, name, ending):
    assert client.get(f"/articles/mucus/{name}.{ending}").status_code == 404


def test_nothing_of_an_article_that_is_not_live_is_given(client, article):
    draft = make_draft(body=CITED).article
    gone = make_live_article(expire_at=timezone.now() - timedelta(days=1))
    for slug in (draft.slug, gone.slug, "no-such-article"):
        for name in ("references.json", "citation.ris"):
            assert client.get(f"/articles/{slug}/{name}").status_code == 404


def test_a_file_is_only_read(client, article):
    assert client.post("/articles/mucus/references.bib").status_code == 405
    assert client.head("/articles/mucus/references.bib").status_code == 200

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from articles.models import Revision
from articles.publishing import publish
from articles.structured_data import citation_reference, cited_work
from tests.articles.factories import NOW, make_csl, make_draft, make_live_article, make_person, make_reference
from tests.pages import parse

HOSTILE = '</script><script>alert("1")</script>&amp;<!--'


def graph_of(response):
    [script] = parse(response).findall(".//script[@type='application/ld+json']")
    return json.loads(script.text)


def nodes_of(response):
    return {node["@type"]: node for node in graph_of(response)["@graph"]}


def meta_of(response):
    metas = parse(response).findall(".//head/meta[@content]")
    return {meta.get("name") or meta.get("property"): meta.get("content") for meta in metas}


def test_cited_work_says_what_is_known_of_a_journal_article():
    assert cited_work(make_csl(title="Mucus in <i>Mus musculus</i>"), doi="10.1000/x") == {
        "@type": "ScholarlyArticle",
        "name": "Mucus in Mus musculus",
        "author": [{"@type": "Person", "name": "A. Harper"}, {"@type": "Person", "name": "R. Day"}],
        "datePublished": "2021",
        "isPartOf": {"@type": "Periodical", "name": "Gut"},
        "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": "10.1000/x"},
        "sameAs": "https://doi.org/10.1000/x",
    }


@pytest.mark.parametrize(
    ("csl", "work"),
    [
        ({"type": "report", "title": "Salt"}, {"@type": "Report", "name": "Salt"}),
        ({"type": "song", "title": "Salt"}, {"@type": "CreativeWork", "name": "Salt"}),
        (
            {"type": "book", "title": "Salt", "author": [{"literal": "WHO"}, {"literal": "et al."}]},
            {"@type": "Book", "name": "Salt", "author": [{"@type": "Person", "name": "WHO"}]},
        ),
        (
            {"type": "webpage", "title": "Salt", "issued": {"literal": "in spring"}},
            {"@type": "WebPage", "name": "Salt"},
        ),
    ],
)
def test_cited_work_leaves_out_what_a_record_does_not_say(csl, work):
    assert cited_work(csl, doi="") == work


def test_citation_reference_is_written_as_indexes_read_it():
    work = cited_work(make_csl(title="Mucus; a view"), doi="10.1000/x")
    assert citation_reference(work) == (
        "citation_title=Mucus, a view; citation_author=A. Harper; citation_author=R. Day; "
        "citation_publication_date=2021; citation_journal_title=Gut; citation_doi=10.1000/x"
    )


@pytest.fixture
def page(client, db):
    for key, title in (("one", "First"), ("two", "Second")):
        make_reference(key, csl=make_csl(title=title), doi=f"10.1000/{key}")
    article = make_live_article(
        slug="mucus",
        title="Mucus",
        standfirst="Why it is sticky.",
        body='<p>a<cite data-cite="two"></cite> b<cite data-cite="one"></cite></p>',
        author=make_person(name="Nell Okafor", slug="nell", role="Science writer"),
        reviewer=make_person(name="Priya Raman", slug="priya", credentials="RNutr", register_number="UKVRN1"),
    )
    return client.get(article.get_absolute_url())


def test_article_graph_ties_site_trail_page_and_article_together(page, settings):
    nodes, url = nodes_of(page), f"{settings.SITE_URL}/articles/mucus/"
    assert set(nodes) == {"Organization", "WebSite", "BreadcrumbList", "WebPage", "Article"}
    assert [item["name"] for item in nodes["BreadcrumbList"]["itemListElement"]] == ["Articles", "Immunity", "Mucus"]
    assert [item["item"] for item in nodes["BreadcrumbList"]["itemListElement"]] == [
        f"{settings.SITE_URL}/articles/",
        f"{settings.SITE_URL}/articles/topics/immunity/",
        url,
    ]
    web_page, article = nodes["WebPage"], nodes["Article"]
    assert (web_page["url"], web_page["lastReviewed"]) == (url, "2026-01-05")
    assert web_page["reviewedBy"]["name"] == "Priya Raman"
    assert web_page["reviewedBy"]["hasCredential"]["name"] == "RNutr"
    assert web_page["reviewedBy"]["identifier"]["value"] == "UKVRN1"
    assert article["mainEntityOfPage"]["@id"] == web_page["@id"]
    assert article["publisher"]["@id"] == nodes["Organization"]["@id"]
    assert [author["url"] for author in article["author"]] == [f"{settings.SITE_URL}/articles/people/nell/"]
    assert [work["name"] for work in article["citation"]] == ["Second", "First"]
    assert (article["datePublished"], article["dateModified"]) == (f"{NOW.isoformat()}", f"{NOW.isoformat()}")


def test_revision_keeps_what_it_says_to_machines(page):
    kept = Revision.objects.get().structured_data
    assert nodes_of(page)["Article"].items() >= kept.items()
    assert (kept["headline"], kept["wordCount"], kept["timeRequired"]) == ("Mucus", 2, "PT1M")
    assert [work["name"] for work in kept["citation"]] == ["Second", "First"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", [110, 330, 550, 600])
def test_migration_describes_earlier_revisions_as_new_ones_are_and_goes_back(words):
    make_reference("one")
    article = make_live_article(body=f'<p>{"word " * words}<cite data-cite="one"></cite></p>')
    kept = article.live_revision.structured_data
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("articles")
    try:
        MigrationExecutor(connection).migrate([("articles", "0023_publishers_and_reviewers")])
        with connection.cursor() as cursor:
            cursor.execute("SELECT cited_works -> 0 ->> 'name' FROM articles_revision")
            assert cursor.fetchall() == [(kept["citation"][0]["name"],)]
    finally:
        MigrationExecutor(connection).migrate(newest)
    assert Revision.objects.get().structured_data == kept


def test_structured_data_says_nothing_that_the_page_does_not(page):
    nodes = nodes_of(page)
    words = " ".join("".join(parse(page).find(".//body").itertext()).split())
    said = [nodes["Article"][name] for name in ("headline", "description", "about")]
    said += [work["name"] for work in nodes["Article"]["citation"]]
    said += [nodes["WebPage"]["reviewedBy"][name] for name in ("name", "jobTitle", "honorificSuffix")]
    assert [phrase for phrase in said if phrase not in words] == []
    assert [kind for kind in ("Product", "Drug", "MedicalCondition") if f'"{kind}"' in page.text] == []


def test_head_names_the_page_its_picture_and_its_sources(page, settings):
    meta, url = meta_of(page), f"{settings.SITE_URL}/articles/mucus/"
    assert (meta["og:url"], meta["og:type"], meta["og:title"]) == (url, "article", "Mucus")
    assert (meta["description"], meta["og:description"]) == ("Why it is sticky.", "Why it is sticky.")
    assert meta["og:image"].startswith(f"{url}card-")
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert (meta["twitter:card"], meta["article:section"]) == ("summary_large_image", "Immunity")
    alternates = parse(page).findall(".//head/link[@hreflang]")
    assert [(link.get("hreflang"), link.get("href")) for link in alternates] == [("en-GB", url)]
    cited = [meta.get("content") for meta in parse(page).findall(".//meta[@name='citation_reference']")]
    assert [content.split(";")[0] for content in cited] == ["citation_title=Second", "citation_title=First"]


@pytest.mark.django_db
def test_change_after_publication_is_the_modification_that_is_told(client):
    article = make_live_article(publish_at=NOW - timedelta(days=9))
    publish(revision=make_draft(article, title="Changed", change_note="More.", is_major=True), now=NOW)
    told = nodes_of(client.get(article.get_absolute_url()))["Article"]
    assert (told["datePublished"], told["dateModified"]) == (
        (NOW - timedelta(days=9)).isoformat(),
        NOW.isoformat(),
    )


@pytest.mark.django_db
def test_words_that_would_end_the_script_stay_inside_it(client):
    make_reference("one", csl=make_csl(title=HOSTILE), doi="10.1000/x")
    author = make_person(name=HOSTILE[:100], role=HOSTILE, bio=HOSTILE, credentials=HOSTILE[:60])
    article = make_live_article(
        title=HOSTILE, standfirst=HOSTILE, author=author, body='<p>a<cite data-cite="one"></cite></p>'
    )
    for url in (article.get_absolute_url(), author.get_absolute_url()):
        response = client.get(url)
        assert [script.get("type") for script in parse(response).iter("script")] == ["application/ld+json"]
        assert '<script>alert("1")' not in response.text
    graph = nodes_of(client.get(article.get_absolute_url()))
    assert (graph["Article"]["headline"], graph["Article"]["citation"][0]["name"]) == (HOSTILE, HOSTILE)


@pytest.mark.django_db
def test_person_page_says_who_somebody_is(client, settings):
    person = make_person(slug="nell", name="Nell Okafor", role="Science writer", bio="Reads studies.")
    make_live_article(author=person)
    about = graph_of(client.get("/articles/people/nell/"))["mainEntity"]
    assert about == {
        "@type": "Person",
        "@id": f"{settings.SITE_URL}/articles/people/nell/#person",
        "name": "Nell Okafor",
        "url": f"{settings.SITE_URL}/articles/people/nell/",
        "jobTitle": "Science writer",
        "description": "Reads studies.",
    }

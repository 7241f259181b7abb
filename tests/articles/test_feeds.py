from datetime import timedelta

import feedparser
import pytest
from lxml import etree, html

from articles.publishing import publish
from tests.articles.factories import (
    NOW,
    make_article,
    make_draft,
    make_figure,
    make_live_article,
    make_person,
    make_reference,
    make_topic,
)

pytestmark = pytest.mark.django_db
FEED, TOPIC_FEED = "/articles/feed.atom", "/articles/topics/immunity/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, url=FEED):
    """Return a feed as a reader's program understands it; anything it stumbles over fails the test."""
    response = client.get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    feed = feedparser.parse(response.content)
    assert (feed.bozo, feed.version) == (0, "atom10")
    return feed


def test_feed_holds_live_articles_newest_first_each_whole(client, settings):
    make_reference("harper2021", doi="10.1000/x")
    make_live_article(title="Old", publish_at=NOW - timedelta(days=1))
    article = make_live_article(
        slug="mucus",
        title="Mucus & <i>slime</i>",
        standfirst="Why it is sticky.",
        author=make_person(name="Nell Okafor", credentials="RNutr"),
        body='<h2>One</h2><p>Sticky<cite data-cite="harper2021"></cite>, see <a href="/articles/">more</a>.</p>',
    )
    make_draft(title="Draft")
    feed = read(client)
    assert [entry.title for entry in feed.entries] == ["Mucus & <i>slime</i>", "Old"]
    entry, url = feed.entries[0], f"{settings.SITE_URL}/articles/mucus/"
    assert (entry.link, entry.author, entry.tags[0].term) == (url, "Nell Okafor, RNutr", "Immunity")
    assert (entry.published, entry.updated) == (NOW.isoformat(), NOW.isoformat())
    content = html.fromstring(entry.content[0].value)
    words = content.text_content()
    assert [phrase for phrase in ("Why it is sticky.", "Sticky", "References", "Harper") if phrase not in words] == []
    hrefs = content.xpath("//a/@href")
    assert [href for href in hrefs if not href.startswith(("https://doi.org/", f"{settings.SITE_URL}/"))] == []
    assert {f"{url}#ref-1", f"{settings.SITE_URL}/articles/", "https://doi.org/10.1000/x", url} <= set(hrefs)
    assert content.xpath("//button | //script | //*[@popover] | //*[@onclick]") == []
    assert article.get_absolute_url() == "/articles/mucus/"


def test_feed_has_what_atom_asks_for(client, settings):
    make_live_article()
    for url in (FEED, TOPIC_FEED):
        root = etree.fromstring(client.get(url).content)
        for element in (root, root.find(f"{ATOM}entry")):
            assert [len(element.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
            assert element.find(f"{ATOM}id").text.startswith("urn:uuid:")
        assert root.find(f"{ATOM}entry/{ATOM}content").get("type") == "html"
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        assert links["self"] == settings.SITE_URL + url
        assert root.findall(f".//{ATOM}author/{ATOM}name")


def test_ids_stay_the_same_when_anything_else_changes(client):
    article = make_live_article(slug="mucus", title="Mucus")
    before = read(client)
    publish(revision=make_draft(article, title="Slime", now=NOW + timedelta(days=1)), now=NOW + timedelta(days=1))
    article.refresh_from_db()
    article.slug = "slime"
    article.save(update_fields=["slug"])
    after = read(client)
    assert (after.entries[0].title, after.entries[0].id) == ("Slime", before.entries[0].id)
    assert after.feed.id == before.feed.id
    assert len({after.feed.id, after.entries[0].id, read(client, TOPIC_FEED).feed.id}) == 3


def test_topic_feed_holds_its_own_articles(client):
    other = make_article(topic=make_topic(slug="digestion", name="Digestion", shape="rod", intro="Lunch."))
    publish(revision=make_draft(other, title="Lunch"), now=NOW)
    make_live_article(title="Mucus")
    assert [entry.title for entry in read(client, TOPIC_FEED).entries] == ["Mucus"]
    digestion = read(client, "/articles/topics/digestion/feed.atom")
    assert [entry.title for entry in digestion.entries] == ["Lunch"]
    assert (digestion.feed.title, digestion.feed.subtitle) == ("Probio7 articles: Digestion", "Lunch.")


@pytest.mark.parametrize("slug", ["immunity", "nothing"])
def test_feed_of_a_topic_without_articles_is_not_found(client, slug):
    make_draft()
    assert client.get(f"/articles/topics/{slug}/feed.atom").status_code == 404


def test_feed_without_articles_is_a_feed(client):
    assert read(client).entries == []


@pytest.mark.parametrize(("url", "queries"), [(FEED, 1), (TOPIC_FEED, 2)])
@pytest.mark.parametrize("count", [1, 21])
def test_feed_takes_the_same_queries_however_many_articles(client, url, queries, count, django_assert_num_queries):
    for _ in range(count):
        make_live_article()
    with django_assert_num_queries(queries):
        feed = read(client, url)
    assert len(feed.entries) == min(count, 20)


@pytest.mark.parametrize("url", [FEED, TOPIC_FEED])
def test_feed_sets_no_cookie_and_only_answers_to_reading(client, url):
    make_live_article()
    response = client.get(url)
    assert (response.cookies, "Cookie" in response.get("Vary", "")) == ({}, False)
    assert client.post(url).status_code == 405


def test_hostile_words_stay_words(client):
    hostile = "<script>alert(1)</script>\x0b]]>"
    make_figure("lining", alt="A <b>cell</b>", caption=hostile[:30])
    make_live_article(
        title=hostile,
        standfirst=hostile,
        author=make_person(name=hostile),
        body=f"<h2>{hostile.replace('<', '&lt;')}</h2><figure data-figure='lining'></figure>",
    )
    [entry] = read(client).entries
    assert entry.title == "<script>alert(1)</script>]]>"
    content = html.fromstring(etree.fromstring(client.get(FEED).content).find(f".//{ATOM}content").text)
    assert content.xpath("//script | //svg") == []
    assert "<script>alert(1)</script>" in content.text_content()


def test_summary_is_text_however_it_looks(client):
    make_live_article(standfirst="p <0.05 & <img src=x onerror=alert(1)>")
    summary = etree.fromstring(client.get(FEED).content).find(f".//{ATOM}entry/{ATOM}summary")
    assert (summary.get("type"), summary.text) == ("html", "p &lt;0.05 &amp; &lt;img src=x onerror=alert(1)&gt;")

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

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
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
LIST, HOME = "/articles/", "/"


def titles_in(response):
    return [heading.text for heading in parse(response).findall(".//h3/a")]


def phrases_of(element):
    return " | ".join(" ".join(phrase.split()) for phrase in element.itertext() if phrase.strip())


def test_list_shows_live_articles_newest_first(client):
    for days, title in enumerate(["Old", "Middle", "New"]):
        make_live_article(title=title, publish_at=NOW + timedelta(days=days))
    assert titles_in(client.get(LIST)) == ["New", "Middle", "Old"]


def test_list_says_what_an_article_is_about_how_long_it_takes_and_when_it_was_reviewed(client):
    article = make_live_article(title="Mucus", standfirst="Why it is sticky.", body=f"<p>{'word ' * 660}</p>")
    card = parse(client.get(LIST)).find(".//article")
    assert phrases_of(card) == "Immunity | Mucus | Why it is sticky. | 3 min read | Reviewed 5 January 2026"
    assert card.find(".//h3/a").get("href") == article.get_absolute_url()


def test_list_without_live_articles_says_so(client):
    make_draft()
    assert "No article is published yet" in text_of(client.get(LIST))


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_however_many_articles(client, count, django_assert_num_queries):
    for _ in range(count):
        make_live_article()
    with django_assert_num_queries(3):
        page = client.get(LIST)
    assert len(titles_in(page)) == count


@pytest.mark.parametrize("count", [1, 3])
def test_detail_takes_the_same_queries_however_many_articles_and_references(client, count, django_assert_num_queries):
    keys = [make_reference(f"key-{n}").key for n in range(count)]
    articles = [make_live_article(body=f'<p>a<cite data-cite="{" ".join(keys)}"></cite></p>') for _ in range(count)]
    with django_assert_num_queries(2):
        page = client.get(articles[0].get_absolute_url())
    assert len(titles_in(page)) == count - 1
    assert len(parse(page).findall(".//ol[@class='references']/li")) == count


def test_detail_shows_who_wrote_and_who_reviewed_it_and_when(client):
    article = make_live_article(
        title="Mucus",
        standfirst="Why it is sticky.",
        author=make_person(name="Nell Okafor", role="Science writer"),
        reviewer=make_person(name="Priya Raman", credentials="RNutr", role="Registered Nutritionist"),
        next_review_on=NOW.date() + timedelta(days=365),
        change_note="A new figure.",
        is_major=True,
    )
    page = parse(client.get(article.get_absolute_url()))
    assert (page.find(".//h1").text, page.find(".//header/div/p").text) == ("Mucus", "Why it is sticky.")
    assert [phrases_of(line) for line in page.findall(".//div[@class='byline']/p")] == [
        "NO | Written by | Nell Okafor | Science writer",
        "PR | Reviewed by | Priya Raman, RNutr | Registered Nutritionist",
        "Last reviewed | 5 January 2026 | Next review by January 2027",
    ]
    history = page.find(".//p[@class='small article-history']")
    assert phrases_of(history) == "Published 5 January 2026. Latest change: A new figure."


def test_detail_of_body_citations_figure_and_boxes_is_strict_html_whose_links_lead_somewhere(client):
    make_reference("harper2021", doi="10.1000/x")
    make_figure("lining")
    article = make_live_article(
        body='<h2>One</h2><p>a<cite data-cite="harper2021"></cite> b<cite data-cite="harper2021"></cite></p>'
        '<h2>Two</h2><figure data-figure="lining"></figure><h2>Three</h2>'
        '<section data-box="study" data-title="A study" data-certainty="mixed"><p>c</p></section>'
    )
    page = parse(client.get(article.get_absolute_url()))
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    pointed_at = {a.get("href")[1:] for a in page.iter("a") if a.get("href", "").startswith("#")}
    pointed_at |= {button.get("popovertarget") for button in page.iter("button") if button.get("popovertarget")}
    pointed_at |= {name for element in page.iter() for name in element.get("aria-labelledby", "").split()}
    assert pointed_at - set(ids) == set()
    assert {"section-one", "section-two", "section-three", "references"} <= pointed_at
    assert {"ref-1", "note-1", "cite-2", "figure-1-title"} <= pointed_at


@pytest.mark.parametrize(
    "words",
    [
        "References",
        "Contents",
        "Main",
        "Talk",
        "Next",
        "Figure 1",
        "Figure 1 title",
        "Ref 1",
        "Note 1",
        "Cite 1",
        "Box 1",
    ],
)
def test_detail_with_a_heading_that_says_what_the_page_has_already_gives_it_an_id_of_its_own(client, words):
    make_reference("harper2021")
    make_figure("lining")
    make_live_article()
    article = make_live_article(
        body=f'<h2>{words}</h2><h2>Two</h2><h2>Three</h2><p>a<cite data-cite="harper2021"></cite></p>'
        '<figure data-figure="lining"></figure><section data-box="care"><p>b</p></section>'
    )
    ids = [element.get("id") for element in parse(client.get(article.get_absolute_url())).iter() if element.get("id")]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(("sections", "contents"), [(2, []), (3, ["Section 0", "Section 1", "Section 2"]), (0, [])])
def test_detail_has_a_list_of_contents_from_three_sections(client, sections, contents):
    article = make_live_article(body="".join(f"<h2>Section {n}</h2><p>a</p>" for n in range(sections)) or "<p>a</p>")
    page = parse(client.get(article.get_absolute_url()))
    assert [a.text for a in page.findall(".//nav[@aria-labelledby='contents']//a")] == contents


def test_detail_offers_the_three_newest_others_to_read_next(client):
    articles = [make_live_article(title=f"Title {n}", publish_at=NOW + timedelta(days=n)) for n in range(5)]
    make_draft(title="Draft")
    assert titles_in(client.get(articles[3].get_absolute_url())) == ["Title 4", "Title 2", "Title 1"]


def test_detail_shows_hostile_words_as_text(client):
    hostile = '<script>alert("1")</script>'
    make_reference("harper2021", sample=hostile, funding=hostile, summary=hostile)
    make_figure("lining", alt=hostile, description=hostile, caption=hostile)
    article = make_live_article(
        title=hostile,
        standfirst=hostile,
        change_note=hostile,
        is_major=True,
        author=make_person(name=hostile, role=hostile),
        body=f"<h2>{hostile.replace('<', '&lt;')}</h2><figure data-figure='lining'></figure>"
        "<p onclick='alert(1)'>a<cite data-cite='harper2021'></cite><a href='/x' onfocus='alert(1)'>b</a></p>",
    )
    page = client.get(article.get_absolute_url())
    root = parse(page)
    assert [script for script in root.iter("script") if script.get("type") != "application/ld+json"] == []
    assert [element for element in root.iter() if "onclick" in element.attrib] == []
    assert "onfocus" not in page.text
    assert root.find(".//h1").text == hostile
    assert text_of(page).count(hostile) == 16


def unpublished():
    return make_draft(title="Hidden").article


def scheduled():
    return make_live_article(title="Hidden", publish_at=timezone.now() + timedelta(minutes=5))


def expired():
    return make_live_article(title="Hidden", expire_at=timezone.now() - timedelta(seconds=1))


def visible():
    return make_live_article(title="Hidden", expire_at=timezone.now() + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("make", "status", "is_shown"),
    [(visible, 200, True), (unpublished, 404, False), (scheduled, 404, False), (expired, 404, False)],
)
def test_article_that_is_not_live_is_shown_nowhere(client, make, status, is_shown):
    other, article = make_live_article(), make()
    detail = client.get(article.get_absolute_url())
    assert (detail.status_code, "Hidden" in detail.text) == (status, is_shown)
    for url in (LIST, HOME, other.get_absolute_url()):
        assert ("Hidden" in client.get(url).text) is is_shown


def test_article_that_is_not_live_is_not_shown_to_staff_either(admin_client):
    article = unpublished()
    assert admin_client.get(article.get_absolute_url()).status_code == 404
    publish(revision=article.revisions.get(), now=NOW)
    assert admin_client.get(article.get_absolute_url()).status_code == 200


def test_draft_newer_than_the_live_revision_is_shown_nowhere(client):
    article, other = make_live_article(title="Live title"), make_live_article()
    make_draft(article, title="Leak", standfirst="Leak", body="<p>Leak</p>", change_note="Leak")
    for url in (LIST, HOME, article.get_absolute_url(), other.get_absolute_url()):
        words = client.get(url).text
        assert ("Live title" in words, "Leak" in words) == (True, False)


def test_article_at_an_unknown_address_is_not_found(client):
    make_live_article(slug="mucus")
    assert client.get("/articles/mucus/").status_code == 200
    assert client.get("/articles/mucu/").status_code == 404
    assert client.get(reverse("articles:detail", args=["MUCUS"])).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", [LIST, "/articles/mucus/"])
def test_pages_only_answer_to_reading(client, method, url):
    make_live_article(slug="mucus")
    assert client.get(url).status_code == 200
    response = getattr(client, method)(url)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("url", [LIST, "/articles/mucus/"])
@pytest.mark.parametrize("is_logged_in", [False, True])
def test_pages_set_no_cookie_and_are_the_same_for_everybody(client, url, is_logged_in):
    make_live_article(slug="mucus")
    anonymous = client.get(url)
    if is_logged_in:
        client.force_login(get_user_model().objects.create_superuser("nell"))
        assert client.cookies
    response = client.get(url)
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    assert response.content == anonymous.content


def test_topic_of_a_list_card_is_the_articles_own(client):
    article = make_article(topic=make_topic(slug="digestion", name="Digestion", shape="rod"))
    publish(revision=make_draft(article), now=NOW)
    make_live_article()
    tags = ["".join(tag.itertext()).strip() for tag in parse(client.get(LIST)).findall(".//span[@class='topic-tag']")]
    assert tags == ["Immunity", "Digestion"]

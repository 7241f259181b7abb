"""Pages that lead to articles: the list, topics, people, policy, corrections, and what to read next."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from articles.models import Article, ReadNext
from articles.publishing import publish
from tests.articles.factories import (
    NOW,
    make_article,
    make_draft,
    make_live_article,
    make_person,
    make_reference,
    make_topic,
)
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
LIST = "/articles/"
TOPIC, PERSON = "/articles/topics/digestion/", "/articles/people/nell/"
POLICY, CORRECTIONS = "/articles/editorial-policy/", "/articles/corrections/"
LONG_AGO = NOW - timedelta(days=400)


def make_in(topic, *, author=None, **content):
    """A live article of a topic."""
    people = {"author": author} if author else {}
    return publish(revision=make_draft(make_article(topic=topic), **people, **content), now=NOW)


def make_corrected(topic, **content):
    """A live article of a topic that has been corrected since."""
    article = make_in(topic, **content)
    corrected = make_draft(article, **content, change_note="A figure corrected.", is_major=True)
    return publish(revision=corrected, now=NOW + timedelta(days=1))


@pytest.fixture
def digestion():
    return make_topic(slug="digestion", name="Digestion", shape="rod", intro="What happens to lunch.")


@pytest.fixture
def nell():
    return make_person(slug="nell", name="Nell Okafor", credentials="RNutr", register_number="UKVRN1234")


@pytest.fixture
def everywhere(digestion, nell):
    """One live article that stands on every page here."""
    return make_corrected(digestion, author=nell, title="Lunch")


def titles_in(response):
    return [heading.text for heading in parse(response).findall(".//h3/a")]


def cite(*keys):
    return f'<p>a<cite data-cite="{" ".join(keys)}"></cite></p>'


def test_list_goes_on_after_twelve_articles(client, settings):
    for number in range(25):
        make_live_article(title=f"Title {number}", publish_at=NOW + timedelta(minutes=number))
    pages = [client.get(LIST), client.get(LIST, {"page": 2}), client.get(LIST, {"page": 3})]
    assert [titles_in(page) for page in pages] == [
        [f"Title {number}" for number in range(24, 12, -1)],
        [f"Title {number}" for number in range(12, 0, -1)],
        ["Title 0"],
    ]
    first = f"{settings.SITE_URL}/articles/"
    links = [
        {link.get("rel"): link.get("href") for link in parse(page).findall(".//head/link[@href]")} for page in pages
    ]
    assert [(link.get("prev"), link["canonical"], link.get("next")) for link in links] == [
        (None, first, f"{first}?page=2"),
        (first, f"{first}?page=2", f"{first}?page=3"),
        (f"{first}?page=2", f"{first}?page=3", None),
    ]
    buttons = [[a.get("href") for a in parse(page).findall(".//nav[@aria-label='Pages']/a")] for page in pages]
    assert buttons == [["?page=2"], [".", "?page=3"], ["?page=2"]]


@pytest.mark.parametrize("url", [LIST, TOPIC, CORRECTIONS])
@pytest.mark.parametrize("page", ["0", "2", "-1", "01", "1.0", "", "one", "٢", "1e1", "9" * 40, "1;drop table", "\x00"])
def test_page_that_is_not_there_is_not_found(client, everywhere, url, page):
    assert client.get(url, {"page": "1"}).status_code == 200
    assert client.get(url, {"page": page}).status_code == 404


@pytest.mark.parametrize(
    ("url", "queries"), [(LIST, 3), (TOPIC, 3), (PERSON, 2), (POLICY, 1), (CORRECTIONS, 2), ("article", 2)]
)
@pytest.mark.parametrize("count", [1, 30])
def test_page_takes_the_same_queries_however_many_articles(
    client, digestion, nell, url, queries, count, django_assert_num_queries
):
    articles = [make_corrected(digestion, author=nell) for _ in range(count)]
    with django_assert_num_queries(queries):
        response = client.get(articles[0].get_absolute_url() if url == "article" else url)
    assert response.status_code == 200


@pytest.mark.parametrize("is_logged_in", [False, True])
@pytest.mark.parametrize("url", [LIST, TOPIC, PERSON, POLICY, CORRECTIONS])
def test_page_sets_no_cookie_and_is_the_same_for_everybody(client, everywhere, url, is_logged_in):
    anonymous = client.get(url)
    if is_logged_in:
        client.force_login(get_user_model().objects.create_superuser("nell"))
    response = client.get(url)
    assert (response.cookies, "Cookie" in response.get("Vary", "")) == ({}, False)
    assert response.content == anonymous.content


@pytest.mark.parametrize("url", [LIST, TOPIC, PERSON, POLICY, CORRECTIONS])
def test_page_only_answers_to_reading(client, everywhere, url):
    assert (client.get(url).status_code, client.post(url).status_code) == (200, 405)


def test_list_offers_the_topics_there_is_something_to_read_about(client, everywhere):
    make_draft(make_article(topic=make_topic(slug="secret", name="Secret", shape="comma")))
    links = parse(client.get(LIST)).findall(".//nav[@aria-label='Topics']//a")
    assert [(a.get("href"), a.get("aria-current")) for a in links] == [(LIST, "page"), (TOPIC, None)]


def test_topic_shows_its_introduction_and_its_own_articles(client, everywhere):
    make_live_article(title="Mucus")
    page = client.get(TOPIC)
    assert titles_in(page) == ["Lunch"]
    assert "What happens to lunch." in text_of(page)
    current = parse(page).find(".//nav[@aria-label='Topics']//a[@aria-current]")
    assert current.get("href") == TOPIC


def test_topic_without_anything_to_read_is_not_found(client, digestion):
    draft = make_draft(make_article(topic=digestion))
    assert client.get(TOPIC).status_code == 404
    publish(revision=draft, now=NOW)
    assert client.get(TOPIC).status_code == 200


def test_person_shows_who_they_are_and_what_they_wrote_and_reviewed(client, nell):
    make_live_article(title="Old", author=nell, publish_at=LONG_AGO)
    make_live_article(title="New", author=nell)
    make_live_article(title="Checked", reviewer=nell)
    make_live_article(title="Others’")
    make_draft(title="Draft", author=nell)
    page = parse(client.get(PERSON))
    assert page.find(".//h1").text == "Nell Okafor, RNutr"
    assert "UKVRN1234" in "".join(page.find(".//main").itertext())
    lists = {
        section.get("aria-labelledby"): [a.text for a in section.findall(".//h3/a")]
        for section in page.findall(".//main//section")
    }
    assert lists == {"written": ["New", "Old"], "reviewed": ["Checked"]}


def test_person_of_whom_nothing_can_be_read_is_not_found(client, nell):
    revision = make_draft(author=nell)
    assert client.get(PERSON).status_code == 404
    publish(revision=revision, now=NOW)
    assert client.get(PERSON).status_code == 200


def test_policy_names_the_people_whose_work_can_be_read(client, everywhere):
    make_draft(author=make_person(name="Not Yet"))
    words = text_of(client.get(POLICY))
    assert ("Nell Okafor, RNutr" in words, "Not Yet" in words) == (True, False)


def test_corrections_lists_what_was_changed_in_live_articles_the_latest_first(client):
    for days, note in enumerate(["First published with a wrong dose.", "A study was taken back."], start=1):
        title, later = f"Title {days}", NOW + timedelta(days=days)
        article = make_live_article(title=title)
        publish(revision=make_draft(article, title=title, change_note=note, is_major=True, now=later), now=later)
    make_live_article(title="Never changed")
    publish(revision=make_draft(title="Told at its start", change_note="New.", is_major=True), now=NOW)
    make_draft(make_live_article(), change_note="Not yet shown.")
    page = parse(client.get(CORRECTIONS))
    assert [list(item.itertext())[:3] for item in page.findall(".//main//ol[@class]/li")] == [
        ["Title 2", "A study was taken back.", "7 January 2026"],
        ["Title 1", "First published with a wrong dose.", "6 January 2026"],
    ]


def test_corrections_keeps_earlier_changes_when_a_later_one_is_published(client):
    article = make_live_article(title="Oats")
    for days, note, is_major in [(1, "A wrong dose.", True), (2, "A typing slip.", False), (3, "A new study.", True)]:
        draft = make_draft(article, title=f"Oats {days}", change_note=note, is_major=is_major)
        publish(revision=draft, now=NOW + timedelta(days=days))
    page = parse(client.get(CORRECTIONS))
    assert [list(item.itertext())[:3] for item in page.findall(".//main//ol[@class]/li")] == [
        ["Oats 3", "A new study.", "8 January 2026"],
        ["Oats 3", "A wrong dose.", "6 January 2026"],
    ]


def test_corrections_without_any_says_so(client):
    assert "Nothing has been corrected yet" in text_of(client.get(CORRECTIONS))


def test_article_leads_to_its_topic_its_people_and_what_is_said_of_articles(client, everywhere):
    page = parse(client.get(everywhere.get_absolute_url()))
    reviewer = everywhere.live_revision.reviewer.get_absolute_url()
    hrefs = {a.get("href") for a in page.findall(".//article//a")}
    assert {TOPIC, PERSON, reviewer, POLICY, CORRECTIONS, f"{everywhere.get_absolute_url()}feedback/"} <= hrefs


def test_read_next_puts_an_editors_choice_first_then_shared_sources_then_the_topic_then_the_newest(client, digestion):
    for key in ("one", "two"):
        make_reference(key)
    article = make_in(digestion, title="This", body=cite("one", "two"))
    make_live_article(title="Newest")
    make_in(digestion, title="Same topic")
    make_live_article(title="Two sources", body=cite("one", "two"), publish_at=LONG_AGO)
    make_live_article(title="One source", body=cite("two"), publish_at=LONG_AGO)
    second, first = (make_live_article(title=title, publish_at=LONG_AGO) for title in ("Second choice", "First choice"))

    def shown():
        return titles_in(client.get(article.get_absolute_url()))

    assert shown() == ["Two sources", "One source", "Same topic"]
    ReadNext.objects.create(article=article, recommended=second, position=2)
    ReadNext.objects.create(article=article, recommended=first, position=1)
    assert shown() == ["First choice", "Second choice", "Two sources"]
    ReadNext.objects.update(position=1)
    assert set(shown()[:2]) == {"First choice", "Second choice"}


def test_read_next_finds_its_topic_behind_newer_articles_and_fills_up_with_the_newest(client, digestion):
    article = make_in(digestion, title="This")
    old = make_in(digestion, title="Old, same topic")
    Article.objects.filter(pk=old.pk).update(publish_at=LONG_AGO)
    for title in ("Third", "Second", "First"):
        make_live_article(title=title)
    assert titles_in(client.get(article.get_absolute_url())) == ["Old, same topic", "First", "Second"]


def test_read_next_shows_nothing_that_is_not_live_even_if_recommended(client):
    article, hidden = make_live_article(), make_draft(title="Draft").article
    ReadNext.objects.create(article=article, recommended=hidden)
    page = client.get(article.get_absolute_url())
    assert (titles_in(page), "Read next" in text_of(page)) == ([], False)


def test_read_next_is_chosen_on_the_articles_form(admin_client):
    article, other = make_live_article(), make_live_article()
    url = f"/admin/articles/article/{article.pk}/change/"
    revision = article.live_revision
    admin_client.post(
        url,
        {
            "slug": article.slug,
            "topic": article.topic_id,
            "cover": article.cover,
            "title": revision.title,
            "standfirst": revision.standfirst,
            "body": revision.body,
            "author": revision.author_id,
            "reviewer": revision.reviewer_id,
            "reviewed_on": "05/01/2026",
            "interests": revision.interests,
            "based_on": revision.number,
            "read_next-TOTAL_FORMS": 1,
            "read_next-INITIAL_FORMS": 0,
            "read_next-0-article": article.pk,
            "read_next-0-recommended": other.pk,
            "read_next-0-position": 1,
            "_save": "1",
        },
    )
    assert ReadNext.objects.get().recommended == other


def test_body_of_few_sections_stands_in_the_reading_column(client):
    page = parse(client.get(make_live_article(body="<h2>One</h2><p>a</p>").get_absolute_url()))
    [grid] = [div for div in page.iter("div") if "article-grid" in div.get("class", "")]
    assert [child.get("class") for child in grid] == ["prose", "article-end stack"]

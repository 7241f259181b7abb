import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from articles.models import Article, OldAddress
from articles.moving import check_address, move_article
from articles.publishing import PublishingError, schedule
from articles.states import withdraw
from tests.articles.factories import NOW, make_article, make_draft, make_live_article

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)


def moved(*slugs):
    """An article that has been at each of the addresses, in order."""
    article = make_live_article(slug=slugs[0])
    for slug in slugs[1:]:
        article = move_article(article=article, slug=slug, now=LATER)
    return article


@pytest.mark.parametrize(
    "rest", ["history/", "feedback/", "feedback/thanks/", "references.bib", "citation.ris", "card-0123abcd.png"]
)
def test_pages_and_files_below_an_old_address_lead_to_the_present_one(client, rest):
    article = moved("one", "two", "three")
    for old in ("one", "two"):
        response = client.get(f"/articles/{old}/{rest}")
        assert (response.status_code, response["Location"]) == (301, f"/articles/three/{rest}")
    withdraw(article=article, reason="Out of date.", now=LATER)
    response = client.get(f"/articles/three/{rest}")
    assert (response.status_code, "Out of date." in response.text) == (410, True)


def old_addresses():
    return dict(OldAddress.objects.values_list("slug", "article__slug"))


def test_move_article_leaves_every_earlier_address_leading_to_the_present_one(client):
    moved("one", "two", "three")
    assert old_addresses() == {"one": "three", "two": "three"}
    for slug in ("one", "two"):
        response = client.get(f"/articles/{slug}/")
        assert (response.status_code, response["Location"]) == (301, "/articles/three/")
    assert client.get("/articles/three/").status_code == 200


def test_move_article_back_leads_from_the_newer_address_to_the_older(client):
    moved("one", "two", "one")
    assert client.get("/articles/one/").status_code == 200
    assert client.get("/articles/two/")["Location"] == "/articles/one/"


def test_move_article_that_moves_back_and_is_withdrawn_says_so_at_its_address(client):
    withdraw(article=moved("one", "two", "one"), reason="Why.", now=LATER)
    assert client.get("/articles/one/").status_code == 410
    assert client.get("/articles/two/")["Location"] == "/articles/one/"


def test_moved_address_of_the_history_leads_to_the_history(client):
    moved("one", "two")
    assert client.get("/articles/one/history/")["Location"] == "/articles/two/history/"


@pytest.mark.parametrize(
    "make", [make_article, lambda **values: schedule(revision=make_draft(make_article(**values)), at=LATER, now=NOW)]
)
def test_move_article_that_readers_never_saw_leaves_nothing_behind(make):
    move_article(article=make(slug="one"), slug="two", now=NOW)
    assert (Article.objects.get().slug, old_addresses()) == ("two", {})


def test_moved_article_that_expired_is_not_pointed_at(client):
    article = moved("one", "two")
    Article.objects.filter(pk=article.pk).update(expire_at=LATER)
    assert client.get("/articles/one/").status_code == 404


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("other", "“other” is the address of another article."),
        ("other-once", "“other-once” was the address of another article, and still leads to it."),
    ],
)
def test_move_article_to_what_is_or_was_anothers_is_refused_and_changes_nothing(slug, message):
    moved("other-once", "other")
    article = make_live_article(slug="one")
    with pytest.raises(PublishingError) as refused:
        move_article(article=article, slug=slug, now=LATER)
    article.refresh_from_db()
    assert (str(refused.value), article.slug) == (message, "one")


@pytest.mark.parametrize("slug", ["glossary", "search", "topics", "people", "preview"])
def test_check_address_of_another_page_of_the_site_is_refused(slug):
    """Whether the article's own page would have it, or one below that."""
    with pytest.raises(PublishingError, match=f"“{slug}” is the address of another page of the site"):
        check_address(slug)


def test_check_address_of_the_articles_own_is_accepted():
    article = moved("one", "two")
    check_address("two", article=article)
    assert move_article(article=article, slug="one", now=LATER).slug == "one"


def test_address_that_was_anothers_is_refused_by_the_database_too():
    moved("one", "two")
    mine = make_article()
    for take in (lambda: make_article(slug="one"), lambda: Article.objects.filter(pk=mine.pk).update(slug="one")):
        with pytest.raises(IntegrityError, match="never given to another") as refused, transaction.atomic():
            take()
        assert refused.value.__cause__.diag.constraint_name == "article_address_never_reused"


def test_old_address_that_is_anothers_present_one_is_refused_by_the_database():
    article, _ = make_live_article(), make_article(slug="mine")
    with pytest.raises(IntegrityError, match="never given to another"), transaction.atomic():
        OldAddress.objects.create(slug="mine", article=article, moved_at=NOW)


@pytest.mark.parametrize(
    "statement", ["UPDATE articles_oldaddress SET moved_at = moved_at", "DELETE FROM articles_oldaddress"]
)
def test_old_address_is_kept_whoever_writes(statement):
    moved("one", "two")
    with pytest.raises(IntegrityError, match="stays on record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert old_addresses() == {"one": "two"}


@pytest.mark.django_db(transaction=True)
def test_address_taken_while_its_article_moves_away_is_refused():
    article, other = make_live_article(slug="one"), make_article(slug="other")
    refusals = []

    def take():
        try:
            move_article(article=other, slug="one", now=LATER)
        except PublishingError as error:
            refusals.append(str(error))
        connection.close()

    thread = threading.Thread(target=take)
    with transaction.atomic():
        move_article(article=article, slug="two", now=LATER)
        thread.start()
        thread.join(timeout=1)
    thread.join()
    assert len(refusals) == 1
    assert sorted(Article.objects.values_list("slug", flat=True)) == ["other", "two"]

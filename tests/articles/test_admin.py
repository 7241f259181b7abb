import threading
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Revision
from articles.publishing import publish
from tests.articles.factories import (
    NOW,
    make_article,
    make_draft,
    make_live_article,
)
from tests.conftest import wait_for
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/article/add/"
HOSTILE = "<script>alert('1')</script>"


def change_url(article):
    return f"/admin/articles/article/{article.pk}/change/"


@pytest.fixture
def article(admin_client, typed):
    """An article saved through the form, as a draft."""
    admin_client.post(ADD, {**typed, "_save": "1"})
    return Article.objects.get()


def form_values(response):
    """Return what the article form holds, as a browser would show it."""
    form = parse(response).find(".//form[@id='article_form']")
    values = {field.get("name"): field.get("value", "") for field in form.iter("input")}
    values |= {field.get("name"): (field.text or "").removeprefix("\n") for field in form.iter("textarea")}
    for select in form.iter("select"):
        values[select.get("name")] = next((o.get("value") for o in select.iter("option") if "selected" in o.attrib), "")
    return values


def errors_in(response):
    lists = [ul for ul in parse(response).iter("ul") if "errorlist" in ul.get("class", "").split()]
    return [item.text for ul in lists for item in ul]


def messages_of(client):
    return [item.text for item in parse(client.get("/admin/")).findall(".//ul[@class='messagelist']/li")]


def test_article_saved_as_draft_is_a_revision_nobody_can_read(admin_client, typed):
    response = admin_client.post(ADD, {**typed, "_save": "1"}, follow=True)
    revision = Revision.objects.get()
    names = ("title", "standfirst", "body", "interests", "change_note")
    assert [getattr(revision, name) for name in names] == [typed[name] for name in names]
    assert (revision.author.name, revision.reviewer.name) == ("Nell Okafor", "Priya Raman")
    assert (revision.reviewed_on, revision.next_review_on) == (date(2026, 1, 5), date(2027, 1, 5))
    assert revision.created_by.username == "admin"
    assert "Saved as revision 1. Readers see it when it is published." in "".join(parse(response).itertext())
    assert admin_client.get("/articles/mucus/").status_code == 404


def test_article_published_from_the_form_is_read_at_once_and_the_form_links_to_it(admin_client, client, typed):
    response = admin_client.post(ADD, {**typed, "_publish": "1"})
    article = Article.objects.get()
    assert (response.status_code, response["Location"]) == (302, change_url(article))
    page = admin_client.get(response["Location"])
    assert "Published revision 1." in "".join(parse(page).itertext())
    assert [a.text.strip() for a in parse(page).iter("a") if a.get("class") == "viewsitelink"] == ["View on site"]
    assert "It is sticky." in text_of(client.get("/articles/mucus/"))


def test_article_form_opens_with_the_newest_revision(admin_client, article, typed):
    values = form_values(admin_client.get(change_url(article)))
    typed["based_on"] = 1
    assert {name: values[name] for name in typed} == {name: str(value) for name, value in typed.items()}


def test_article_form_opens_with_the_note_of_a_draft_and_without_that_of_what_is_published(admin_client):
    draft = make_draft(change_note="New figure", is_major=True)
    url = change_url(draft.article)
    assert note_in(admin_client.get(url)) == ("New figure", True)
    publish(revision=draft, now=NOW)
    assert note_in(admin_client.get(url)) == ("", False)


def note_in(response):
    form = parse(response).find(".//form[@id='article_form']")
    return form_values(response)["change_note"], "checked" in form.find(".//input[@name='is_major']").attrib


def test_major_change_without_a_note_is_refused_with_words(admin_client, article, typed):
    response = admin_client.post(change_url(article), {**typed, "title": "Newer", "is_major": "on", "based_on": 1})
    assert errors_in(response) == ["Say what changed: readers are told of a major change."]
    assert article.revisions.count() == 1


def test_article_saved_with_the_same_content_makes_no_new_revision(admin_client, article, typed):
    admin_client.post(change_url(article), {**typed, "_save": "1"})
    admin_client.post(change_url(article), {**typed, "cover": "fibre", "_continue": "1"})
    article.refresh_from_db()
    assert (article.revisions.count(), article.cover) == (1, "fibre")


def test_article_form_sent_back_untouched_makes_no_new_revision(admin_client, article):
    url = change_url(article)
    make_draft(article, title="With a note", change_note="New figure")
    values = form_values(admin_client.get(url))
    admin_client.post(url, {**{name: value for name, value in values.items() if name[0] != "_"}, "_save": "1"})
    assert article.revisions.count() == 2


def test_article_form_opened_before_somebody_saved_is_refused_and_what_was_typed_is_kept(admin_client, article, typed):
    make_draft(article, title="Theirs", by=get_user_model().objects.create_user("priya"))
    mine = {**typed, "title": "Mine", "cover": "fibre", "based_on": 1}
    response = admin_client.post(change_url(article), {**mine, "_publish": "1"})
    assert errors_in(response) == [
        "priya saved revision 2 while you were writing, so yours is not saved. "
        "Copy what you typed, open the article again and put it in there."
    ]
    values = form_values(response)
    assert {name: values[name] for name in mine} == {name: str(value) for name, value in mine.items()}
    article.refresh_from_db()
    assert (article.revisions.first().title, article.cover, article.live_revision) == ("Theirs", "defence", None)


def test_article_form_without_its_revision_number_is_refused(admin_client, article, typed):
    del typed["based_on"]
    admin_client.post(change_url(article), {**typed, "title": "Mine", "_save": "1"})
    assert [revision.title for revision in article.revisions.all()] == ["Mucus"]


@contextmanager
def form_held_up(client, article, values):
    """Post the form, and run the block after its check and before its save; yield where its response will be."""
    responses = []

    def save():
        responses.append(client.post(change_url(article), values))
        connection.close()

    thread = threading.Thread(target=save)
    with transaction.atomic():
        Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        thread.start()
        wait_for(somebody_waits_for_a_lock, seconds=10, what="the form to wait for the article")
        yield responses
    thread.join()


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_article_form_checked_before_somebody_saved_and_saved_after_is_refused_too(admin_client, article, typed):
    mine = {**typed, "title": "Mine", "based_on": 1, "_save": "1"}
    with form_held_up(admin_client, article, mine) as responses:
        make_draft(article, title="Theirs")
    assert errors_in(responses[0])[0].startswith("Somebody saved revision 2 while you were writing")
    assert [revision.title for revision in article.revisions.all()] == ["Theirs", "Mucus"]


@pytest.mark.django_db(transaction=True)
def test_article_form_saved_while_somebody_publishes_leaves_the_article_published(admin_client, article, typed):
    mine = {**typed, "title": "Mine", "based_on": 1, "_save": "1"}
    with form_held_up(admin_client, article, mine):
        publish(revision=article.revisions.get(), now=NOW)
    article.refresh_from_db()
    assert (article.revisions.first().title, article.live_revision.title) == ("Mine", "Mucus")


def test_article_edited_after_publication_waits_as_a_draft_until_it_is_published(admin_client, client, typed):
    admin_client.post(ADD, {**typed, "_publish": "1"})
    article = Article.objects.get()
    edited = {**typed, "body": "<p>Edited.</p>", "change_note": "Shorter.", "based_on": 1}
    admin_client.post(change_url(article), {**edited, "_save": "1"})
    assert "It is sticky." in text_of(client.get("/articles/mucus/"))
    assert "Live, newer draft" in text_of(admin_client.get("/admin/articles/article/"))
    admin_client.post(change_url(article), {**edited, "based_on": 2, "_publish": "1"})
    assert "Edited." in text_of(client.get("/articles/mucus/"))
    assert "newer draft" not in text_of(admin_client.get("/admin/articles/article/"))


@pytest.mark.parametrize(
    ("button", "body", "error"),
    [
        (
            "_publish",
            '<p>First.</p><p>Sticky<cite data-cite="harper2012"></cite></p>',
            "Paragraph 2 near “Sticky”: no reference has the key “harper2012”; did you mean “harper2021”?",
        ),
        ("_save", '<figure data-figure="lining"></figure>', "Paragraph 1: no figure has the key “lining”"),
        ("_continue", "<p>Sticky<cite></cite></p>", "Paragraph 1 near “Sticky”: a citation names no reference"),
        (
            "_publish",
            '<section data-box="ad"></section>',
            "Paragraph 1: a box is one of: in-short, study, care, consultation",
        ),
    ],
)
def test_body_that_cannot_be_rendered_is_refused_and_what_was_typed_is_kept(admin_client, typed, button, body, error):
    typed |= {"body": body, "title": "Typed title", "standfirst": "Typed standfirst"}
    response = admin_client.post(ADD, {**typed, button: "1"})
    assert errors_in(response) == [error]
    values = form_values(response)
    assert {name: values[name] for name in typed} == {name: str(value) for name, value in typed.items()}
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("markup", "tag", "words"),
    [
        (HOSTILE, "script", " near “alert('1')”"),
        ("<style>p{}</style>", "style", " near “p{}”"),
        ("<img src=x onerror=alert(1)>", "img", ""),
        ("<iframe></iframe>", "iframe", ""),
    ],
)
def test_body_with_an_element_outside_the_vocabulary_is_refused_by_name(
    admin_client, article, typed, markup, tag, words
):
    response = admin_client.post(change_url(article), {**typed, "body": f"<p>Mucus</p>{markup}", "_publish": "1"})
    assert errors_in(response) == [f"Paragraph 2{words}: <{tag}> cannot be used in an article"]
    assert form_values(response)["body"] == f"<p>Mucus</p>{markup}"
    article.refresh_from_db()
    assert (article.revisions.count(), article.live_revision) == (1, None)


def test_body_with_hostile_attributes_is_published_without_them(admin_client, client, typed):
    typed["body"] = '<p onclick="alert(1)" style="color:red">Sticky <a href="/x" onfocus="alert(1)">link</a></p>'
    admin_client.post(ADD, {**typed, "_publish": "1"})
    assert Revision.objects.get().body == '<p>Sticky <a href="/x">link</a></p>'
    page = client.get("/articles/mucus/").text
    assert ('<p>Sticky <a href="/x">link</a></p>' in page, "alert(1)" in page) == (True, False)


@pytest.mark.parametrize("missing", ["reviewer", "reviewed_on"])
def test_publishing_without_a_review_is_refused_and_the_draft_saved(admin_client, typed, missing):
    admin_client.post(ADD, {**typed, missing: "", "next_review_on": "", "_publish": "1"})
    article = Article.objects.get()
    assert (article.live_revision, article.publish_at, article.revisions.get().title) == (None, None, "Mucus")
    assert messages_of(admin_client) == [
        "Saved as revision 1, but not published. "
        "An article needs a reviewer and the date of the review before readers see it."
    ]
    admin_client.post(change_url(article), {**typed, "based_on": 1, "_publish": "1"})
    assert admin_client.get("/articles/mucus/").status_code == 200


@pytest.mark.parametrize(
    ("publish_at", "expire_at", "links"),
    [
        (-1, None, 1),
        (1, None, 0),
        (-2, -1, 0),
    ],
)
def test_article_form_links_to_the_site_only_while_readers_can_see_it(admin_client, publish_at, expire_at, links):
    day = timedelta(days=1)
    times = {"publish_at": publish_at, "expire_at": expire_at}
    times = {name: None if days is None else timezone.now() + days * day for name, days in times.items()}
    page = parse(admin_client.get(change_url(make_live_article(**times))))
    assert len([a for a in page.iter("a") if a.get("class") == "viewsitelink"]) == links


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"title": ""}, "This field is required."),
        ({"standfirst": ""}, "This field is required."),
        ({"body": ""}, "This field is required."),
        ({"author": ""}, "This field is required."),
        ({"title": "M" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"next_review_on": "05/01/2026"}, "The next review comes after the last one."),
        ({"slug": "taken"}, "“taken” is the address of another article."),
        ({"interests": ""}, "This field is required."),
        ({"cover": "nonsense"}, "Select a valid choice. nonsense is not one of the available choices."),
    ],
)
def test_article_with_a_wrong_field_is_refused_with_words_and_nothing_written(admin_client, typed, wrong, error):
    make_article(slug="taken")
    response = admin_client.post(ADD, {**typed, **wrong, "_publish": "1"})
    assert errors_in(response) == [error]
    assert (Article.objects.count(), Revision.objects.count()) == (1, 0)


def test_article_is_never_deleted(admin_client):
    article = make_live_article()
    url = f"/admin/articles/article/{article.pk}/delete/"
    assert admin_client.get(change_url(article)).status_code == 200
    assert (admin_client.get(url).status_code, admin_client.post(url, {"post": "yes"}).status_code) == (403, 403)
    assert Article.objects.get() == article


def test_article_is_not_written_by_staff_who_may_only_look(client, article, typed):
    user = get_user_model().objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_article"))
    client.force_login(user)
    assert client.get(change_url(article)).status_code == 200
    response = client.post(change_url(article), {**typed, "title": "Changed", "_publish": "1"})
    article.refresh_from_db()
    assert (response.status_code, article.live_revision, article.revisions.count()) == (403, None, 1)


@pytest.mark.parametrize("query", ["muc", "MUCUS", "older title"])
def test_article_is_found_by_part_of_address_or_any_title(admin_client, query):
    article = make_article(slug="mucus")
    make_draft(article, title="Older title")
    make_draft(article, title="Newer title")
    make_live_article(slug="other", title="Other")
    page = parse(admin_client.get("/admin/articles/article/", {"q": query}))
    assert [cell.text for cell in page.findall(".//td[@class='field-slug']")] == ["mucus"]


@pytest.mark.parametrize("count", [1, 3])
def test_article_list_takes_the_same_queries_however_many_articles(admin_client, count, django_assert_num_queries):
    for _ in range(count):
        make_draft(make_live_article(), title="Draft")
    with django_assert_num_queries(6):
        page = admin_client.get("/admin/articles/article/")
    assert text_of(page).count("newer draft") == count


def test_article_list_names_each_by_its_newest_title_or_else_its_address(admin_client):
    make_article(slug="a-empty")
    make_draft(make_draft(make_article(slug="b-draft"), title="First").article, title="Second")
    make_draft(make_live_article(slug="c-live", title="Live"), title="Newer")
    page = parse(admin_client.get("/admin/articles/article/"))
    assert ["".join(cell.itertext()) for cell in page.findall(".//th[@class='field-title']")] == [
        "a-empty",
        "Second",
        "Newer",
    ]

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from articles import waiting
from articles.models import FigureImage, ImageState, Reference, RetractionState
from articles.publishing import publish
from articles.states import withdraw
from tests.articles.factories import (
    NOW,
    make_article,
    make_draft,
    make_figure,
    make_live_article,
    make_photo,
    make_reference,
)
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

CITING = '<p>Mucus is sticky.<cite data-cite="harper2021"></cite></p>'
PLAIN = "<p>Mucus is sticky.</p>"


def names(queryset):
    return {getattr(one, "slug", "") or one.key for one in queryset}


def test_article_is_due_for_review_from_its_day_on_while_it_is_live():
    day = timezone.localdate(NOW)
    make_live_article(slug="due", next_review_on=day + timedelta(days=30))
    make_live_article(slug="later", next_review_on=day + timedelta(days=31))
    make_live_article(slug="never")
    gone = make_live_article(slug="gone", next_review_on=day + timedelta(days=30))
    withdraw(article=gone, reason="Wrong.", now=NOW)
    assert names(waiting.due_for_review(NOW + timedelta(days=30))) == {"due"}


def test_draft_waits_while_its_newest_revision_has_no_review():
    make_live_article(slug="live")
    make_draft(make_article(slug="new"), reviewer=None, reviewed_on=None)
    make_draft(make_article(slug="reviewed"))
    changed = make_live_article(slug="changed")
    make_draft(changed, reviewer=None, reviewed_on=None, title="Changed")
    gone = make_live_article(slug="gone")
    make_draft(gone, reviewer=None, reviewed_on=None, title="Changed")
    withdraw(article=gone, reason="Wrong.", now=NOW)
    assert names(waiting.drafts_to_review(NOW)) == {"new", "changed"}


def test_retracted_source_waits_while_a_live_article_cites_it():
    make_reference()
    article = make_live_article(body=CITING)
    assert names(waiting.retracted_but_cited(NOW)) == set()
    Reference.objects.update(retraction_state=RetractionState.RETRACTED)
    assert names(waiting.retracted_but_cited(NOW)) == {"harper2021"}
    publish(revision=make_draft(article, body=PLAIN), now=NOW)
    assert names(waiting.retracted_but_cited(NOW)) == set()


@pytest.mark.parametrize(
    ("state", "expected"), [(ImageState.READY, set()), (ImageState.WAITING, {"cell"}), (ImageState.FAILED, {"cell"})]
)
def test_figure_waits_until_its_images_are_made(state, expected):
    make_figure()
    make_photo()
    FigureImage.objects.update(state=state)
    assert names(waiting.figures_without_files(NOW)) == expected


@pytest.fixture
def all_sorts():
    """One of everything that waits."""
    make_reference(retraction_state=RetractionState.RETRACTED)
    make_live_article(slug="due", body=CITING, next_review_on=date(2026, 2, 1))
    make_draft(make_article(slug="draft"), reviewer=None, reviewed_on=None)
    make_photo()


def links_of(client):
    links = parse(client.get("/admin/")).iter("a")
    return {link.text: link.get("href") for link in links if "?waits=" in link.get("href", "")}


def test_start_page_leads_to_each_list(admin_client, all_sorts):
    links = links_of(admin_client)
    assert list(links) == [
        "1 article is due for review",
        "1 retracted source is cited in a live article",
        "1 draft has not been reviewed",
        "1 figure has no images yet",
    ]
    shown = [text_of(admin_client.get(url)) for url in links.values()]
    assert ["due" in shown[0], "harper2021" in shown[1], "draft" in shown[2], "cell" in shown[3]] == [True] * 4
    assert ["1 article " in shown[0], "1 reference" in shown[1], "1 article " in shown[2]] == [True] * 3


def test_start_page_says_only_what_one_may_see(client, all_sorts):
    user = get_user_model().objects.create_user("rhea", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_reference"))
    client.force_login(user)
    assert list(links_of(client)) == ["1 retracted source is cited in a live article"]
    user.user_permissions.clear()
    assert "Articles" not in text_of(client.get("/admin/"))


def test_start_page_of_an_editor_with_nothing_to_do_says_so(admin_client):
    words = text_of(admin_client.get("/admin/"))
    assert "No review is due, no draft waits for one, and every source and image is in order. Write an article" in words

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.utils import timezone

from articles import previews
from articles.models import PreviewLink
from articles.publishing import publish
from probio.logs import hide_secret_links
from tests.articles.factories import NOW, make_article, make_draft, make_live_article
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


def link_to(revision, *, now=None):
    return previews.make_link(revision=revision, by=None, now=now or timezone.now())


def mark_in(response):
    return " ".join("".join(parse(response).find(".//aside[@class='preview-mark']").itertext()).split())


def test_preview_shows_the_draft_as_readers_would_get_it_and_says_that_it_is_not_published(client):
    revision = make_draft(make_draft(title="First").article, title="Draft", body="<h2>One</h2><p>Sticky.</p>")
    response = client.get(previews.path_of(link_to(revision)))
    assert response.status_code == 200
    assert mark_in(response).startswith("Preview of revision 2, not published. Readers do not see this version.")
    page = parse(response)
    assert (page.find(".//h1").text, page.find(".//title").text) == ("Draft", "Preview of revision 2: Draft | Probio7")
    assert "Sticky." in text_of(response)


def test_preview_of_a_draft_nobody_has_reviewed_shows_no_reviewer(client):
    response = client.get(previews.path_of(link_to(make_draft(reviewer=None, reviewed_on=None))))
    assert (response.status_code, "Reviewed by" in text_of(response)) == (200, False)
    assert "Last reviewed" not in text_of(response)


def test_preview_stays_with_its_revision_when_a_newer_one_is_saved(client):
    article = make_article()
    path = previews.path_of(link_to(make_draft(article, title="First")))
    make_draft(article, title="Second")
    assert parse(client.get(path)).find(".//h1").text == "First"


def test_preview_of_what_was_published_meanwhile_says_so(client):
    revision = make_draft()
    path = previews.path_of(link_to(revision))
    publish(revision=revision, now=NOW)
    assert mark_in(client.get(path)).startswith("Preview of revision 1, the one published.")


def test_preview_is_kept_by_nobody_and_named_to_nobody(client):
    response = client.get(previews.path_of(link_to(make_draft())))
    assert "no-store" in response["Cache-Control"]
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert parse(response).find(".//meta[@name='robots']").get("content") == "noindex, nofollow"
    assert parse(response).find(".//link[@rel='canonical']") is None
    assert response.cookies == {}


def test_preview_link_that_has_expired_says_so_and_nothing_else(client):
    link = link_to(make_draft(title="Hidden"), now=timezone.now() - previews.LASTS)
    response = client.get(previews.path_of(link))
    assert (response.status_code, "Hidden" in response.text) == (410, False)
    assert "This preview has ended" in text_of(response)
    assert "no-store" in response["Cache-Control"]


def test_preview_link_works_until_it_expires(client):
    link = link_to(make_draft(), now=timezone.now() - previews.LASTS + timedelta(minutes=1))
    assert client.get(previews.path_of(link)).status_code == 200


def test_preview_link_revoked_is_worthless_and_others_still_work(client):
    revision = make_draft(title="Hidden")
    revoked, other = link_to(revision), link_to(revision)
    previews.revoke_link(revoked, now=NOW + timedelta(days=1))
    previews.revoke_link(revoked, now=NOW + timedelta(days=2))
    response = client.get(previews.path_of(revoked))
    assert (response.status_code, "Hidden" in response.text) == (410, False)
    assert client.get(previews.path_of(other)).status_code == 200
    assert PreviewLink.objects.get(pk=revoked.pk).revoked_at == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        lambda link: link.public_id.hex,
        lambda link: previews.path_of(link).split("/")[3][:-1],
        lambda link: f"{uuid4().hex}.{previews.path_of(link).split('/')[3].split('.')[1]}",
        lambda link: signing.Signer(sep=".", salt="another").sign(link.public_id.hex),
        lambda link: signing.Signer(sep=".", salt="articles.preview").sign(uuid4().hex),
        lambda link: signing.Signer(sep=".", salt="articles.preview").sign("no-uuid"),
    ],
)
def test_preview_token_that_we_have_not_made_is_not_found(client, token):
    link = link_to(make_draft())
    assert client.get(previews.path_of(link)).status_code == 200
    assert client.get(f"/articles/preview/{token(link) if callable(token) else token}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_preview_only_answers_to_reading(client, method):
    assert getattr(client, method)(previews.path_of(link_to(make_draft()))).status_code == 405


def test_preview_token_is_cut_out_of_log_lines():
    path = previews.path_of(link_to(make_draft()))
    assert hide_secret_links(f"Gone: {path}") == "Gone: /articles/preview/…/"


def test_live_article_names_no_preview(client):
    article = make_live_article()
    link_to(article.live_revision)
    assert "review/" not in client.get(article.get_absolute_url()).text


def test_team_reads_a_revision_as_a_page_without_a_link(admin_client, client):
    revision = make_draft(title="Mucus", body="<p>It is <em>sticky</em>.</p>")
    url = f"/admin/articles/revision/{revision.pk}/read/"
    page = parse(admin_client.get(url))
    assert "".join(page.find(".//h1").itertext()) == "Mucus"
    assert page.find(".//main//em").text == "sticky"
    words = " ".join("".join(page.itertext()).split())
    assert "Preview of revision 1, not published" in words
    assert "Only the team sees this page." in words
    assert client.get(url).status_code == 302

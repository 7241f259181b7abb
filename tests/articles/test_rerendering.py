from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import rendering
from articles.models import Article, Publication, Reference, Revision
from articles.publishing import Content, publish, rerender, save_draft, schedule
from articles.states import bring_back, withdraw
from tests.articles.factories import NOW, make_content, make_draft, make_live_article, make_reference

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)
CITING = '<p>a<cite data-cite="harper2021"></cite></p>'


@pytest.fixture
def corrected():
    """A function that corrects what CITING cites."""
    make_reference("harper2021")
    return lambda: Reference.objects.update(summary="Corrected.")


@pytest.fixture
def newer_renderer(monkeypatch):
    return lambda: monkeypatch.setattr(rendering, "VERSION", rendering.VERSION + 1)


def numbers_and_titles(article):
    return [(revision.number, revision.title) for revision in article.revisions.order_by("number")]


def test_rerender_shows_readers_what_the_library_says_now_as_a_minor_change(corrected):
    article = make_live_article(body=CITING, title="Live", change_note="Note", is_major=True)
    first = article.live_revision
    corrected()
    [renewed] = rerender(article, now=LATER)
    article.refresh_from_db()
    assert article.live_revision == renewed
    assert ("Corrected." in renewed.html, "Corrected." in first.html) == (True, False)
    kept = ("title", "body", "author", "reviewer", "reviewed_on", "next_review_on", "interests")
    assert [getattr(renewed, name) for name in kept] == [getattr(first, name) for name in kept]
    assert (renewed.number, renewed.change_note, renewed.is_major) == (2, "", False)
    assert (article.publish_at, article.changed_at) == (NOW, NOW)


def test_rerender_after_the_renderer_changed_writes_its_version(newer_renderer):
    article = make_live_article()
    newer_renderer()
    [renewed] = rerender(article, now=LATER)
    assert (article.live_revision.renderer_version, renewed.renderer_version) == (1, 2)


def test_rerender_of_what_is_up_to_date_writes_nothing(corrected):
    article = make_live_article(body=CITING)
    assert rerender(article, now=LATER) == []
    corrected()
    assert (len(rerender(article, now=LATER)), rerender(article, now=LATER), article.revisions.count()) == (1, [], 2)


def test_rerender_keeps_a_newer_draft_the_newest_with_its_note(corrected):
    article = make_live_article(body=CITING, title="Live")
    make_draft(article, title="Draft", change_note="A new section.", is_major=True)
    corrected()
    rerender(article, now=LATER)
    article.refresh_from_db()
    assert numbers_and_titles(article) == [(1, "Live"), (2, "Draft"), (3, "Live"), (4, "Draft")]
    newest = article.revisions.first()
    assert (article.live_revision.number, newest.change_note, newest.is_major) == (3, "A new section.", True)
    assert rerender(article, now=LATER) == []


def test_rerender_of_a_draft_alone_leaves_what_readers_see(corrected):
    article = make_live_article(title="Live")
    make_draft(article, body=CITING, title="Draft")
    corrected()
    rerender(article, now=LATER)
    article.refresh_from_db()
    assert (article.live_revision.number, numbers_and_titles(article)[2:]) == (1, [(3, "Draft")])


def test_rerender_of_an_article_never_published_stays_a_draft(newer_renderer):
    article = make_draft().article
    newer_renderer()
    rerender(article, now=LATER)
    article.refresh_from_db()
    assert (article.live_revision, article.revisions.count()) == (None, 2)


def test_rerender_of_a_scheduled_article_leaves_its_time(newer_renderer):
    at = timezone.now() + timedelta(days=1)
    article = schedule(revision=make_draft(), at=at, now=NOW)
    newer_renderer()
    rerender(article, now=NOW)
    article.refresh_from_db()
    assert (article.live_revision.number, article.publish_at, article.changed_at) == (2, at, at)
    assert list(Publication.objects.of(article).values_list("revision__number", "at")) == [(2, at)]


def test_rerender_of_a_withdrawn_article_leaves_it_withdrawn_and_ready_to_come_back(newer_renderer):
    article = withdraw(article=make_live_article(), reason="Why.", now=NOW)
    newer_renderer()
    rerender(article, now=LATER)
    assert not Article.objects.live(LATER).exists()
    assert bring_back(article=article, now=LATER).live_revision.number == 2


def test_rerendered_article_saved_again_unchanged_makes_no_new_revision(newer_renderer):
    content = make_content()
    article = make_draft().article
    save_draft(article=article, content=content, by=None, now=NOW)
    newer_renderer()
    [renewed] = rerender(article, now=LATER)
    assert save_draft(article=article, content=content, by=None, now=LATER, based_on=2) == renewed


def test_draft_begun_before_a_rerendering_is_saved_after_it(newer_renderer):
    revision = make_live_article(title="Live", change_note="Note", is_major=True).live_revision
    newer_renderer()
    rerender(revision.article, now=LATER)
    typed = Content.of(revision, title="Newer")
    saved = save_draft(article=revision.article, content=typed, by=None, now=LATER, based_on=revision.number)
    assert (saved.number, saved.title) == (3, "Newer")


def test_command_renders_what_is_outdated_once_and_says_how_many(corrected, capsys):
    outdated, other = make_live_article(body=CITING), make_live_article()
    corrected()
    call_command("rerender_articles")
    assert capsys.readouterr().out == "1 revision(s) rendered anew\n"
    call_command("rerender_articles")
    assert capsys.readouterr().out == "0 revision(s) rendered anew\n"
    assert (outdated.revisions.count(), other.revisions.count()) == (2, 1)


def test_command_asked_to_only_say_writes_nothing(corrected, capsys):
    article = make_live_article(slug="mucus", body=CITING)
    make_draft(article, title="Draft")
    corrected()
    call_command("rerender_articles", "--dry-run")
    assert capsys.readouterr().out == "mucus: revision 1, 2\n2 revision(s) to render anew\n"
    assert Revision.objects.count() == 2


def test_command_names_what_cannot_be_rendered_and_renders_the_rest(corrected, newer_renderer, capsys):
    broken, fine = make_live_article(slug="mucus", body=CITING), make_live_article()
    Reference.objects.update(csl={"author": "Harper"})
    newer_renderer()
    with pytest.raises(CommandError, match="cannot be rendered: mucus: the reference “harper2021” cannot be shown"):
        call_command("rerender_articles")
    assert (broken.revisions.count(), fine.revisions.count()) == (1, 2)


def test_command_changes_what_readers_get(client, newer_renderer):
    article = make_live_article(publish_at=timezone.now() - timedelta(days=1))
    newer_renderer()
    call_command("rerender_articles")
    assert client.get(article.get_absolute_url()).status_code == 200
    article.refresh_from_db()
    publish(revision=article.live_revision, now=timezone.now())
    assert article.live_revision.number == 2

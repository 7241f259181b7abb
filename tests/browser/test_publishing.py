"""An editor's hand on what readers see: previews, changes told, withdrawal."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from articles.publishing import Content, publish, save_draft
from articles.states import withdraw
from tests.articles.factories import NOW, make_draft

REASON = "One of the studies it leans on has been retracted."


@pytest.fixture
def article(site):
    return Article.objects.live(timezone.now()).select_related("live_revision").first()


@pytest.fixture
def change(article):
    """A draft of it that readers should be told of, once it is published."""
    content = Content.of(article.live_revision, title="A newer title", change_note="A newer title.", is_major=True)
    return save_draft(article=article, content=content, by=None, now=timezone.now())


def test_editor_gives_a_preview_of_a_draft_to_somebody_and_takes_it_back(site, staff, change, browser, no_barriers):
    staff.goto(f"{site}/admin/articles/article/{change.article_id}/change/")
    staff.locator(".object-tools").get_by_role("link", name="Preview link").click()
    no_barriers(staff)
    staff.get_by_role("button", name="Make the link").click()
    address = staff.locator(".field-address a").get_attribute("href")
    no_barriers(staff)
    guest = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    guest.goto(site + address)
    expect(guest.get_by_role("heading", level=1)).to_have_text("A newer title")
    expect(guest.get_by_role("complementary", name="Preview")).to_contain_text("not published")
    no_barriers(guest)
    staff.get_by_role("link", name="Revoke").click()
    staff.get_by_role("button", name="Revoke it").click()
    expect(staff.locator(".field-state")).to_contain_text("Revoked")
    guest.reload()
    expect(guest.get_by_role("heading", level=1)).to_have_text("This preview has ended")
    no_barriers(guest)
    guest.context.close()


def test_editor_schedules_an_article_without_script(site, staff, browser, no_barriers):
    article = make_draft(now=NOW).article
    staff.goto(f"{site}/admin/articles/article/{article.pk}/schedule/")
    no_barriers(staff)
    staff.get_by_label("Appears at").fill("2100-07-05T09:30")
    staff.get_by_role("button", name="Schedule it").click()
    expect(staff.locator(".messagelist")).to_contain_text("Revision 1 appears on 5 July 2100, 09:30.")
    expect(staff.locator(".object-tools")).to_contain_text("Change the time")


def test_editor_compares_and_restores_a_revision(site, staff, change, no_barriers):
    staff.goto(f"{site}/admin/articles/revision/{change.pk}/compare/")
    expect(staff.locator("ins").first).to_contain_text("A newer title")
    no_barriers(staff)
    staff.goto(f"{site}/admin/articles/revision/{change.article.live_revision_id}/restore/")
    staff.get_by_role("button", name="Restore it").click()
    expect(staff.locator(".messagelist")).to_contain_text("Revision 3 says what revision 1 said.")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_reader_finds_what_changed_and_why_an_article_is_gone(site, change, browser, no_barriers, width, scheme):
    publish(revision=change, now=timezone.now())
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site}{change.article.get_absolute_url()}history/")
    expect(page.get_by_role("listitem").filter(has_text="A newer title.")).to_contain_text(change.reviewer.name)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    no_barriers(page)
    withdraw(article=change.article, reason=REASON, now=timezone.now())
    page.get_by_role("link", name="Back to the article").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have withdrawn this article")
    expect(page.get_by_role("main")).to_contain_text(REASON)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    no_barriers(page)
    context.close()

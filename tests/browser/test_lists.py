"""The pages around an article, as a browser shows and prints them."""

import re

import pytest
from playwright.sync_api import expect

from articles.models import Article, Feedback

ARTICLE = "/articles/gut-microbiome-fighting-viruses/"
PAGES = ["/articles/topics/immunity/", "/articles/people/priya-raman/", "/articles/editorial-policy/"]
PAGES += ["/articles/corrections/", f"{ARTICLE}feedback/", f"{ARTICLE}feedback/thanks/"]
VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]
SHEETS = 3


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_page_has_no_barriers_and_needs_no_sideways_scroll(site, watched, no_barriers, path, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(site + path)
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_structured_data_is_read_under_the_strict_policy(site, watched):
    """The watched page fails for a console error, which is how a browser reports what its policy refuses."""
    watched.goto(site + ARTICLE)
    read = "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'].length"
    assert watched.evaluate(read) == 5


def test_every_sample_article_prints_on_three_sheets_at_most(site, page):
    sheets = {}
    for article in Article.objects.all():
        page.goto(site + article.get_absolute_url())
        sheets[article.slug] = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert len(sheets) == 4
    assert {slug: count for slug, count in sheets.items() if not 1 <= count <= SHEETS} == {}


def test_article_prints_who_checked_it_and_its_sources_but_no_way_on(site, page):
    page.goto(site + ARTICLE)
    page.emulate_media(media="print")
    expect(page.get_by_text("Priya Raman, RNutr")).to_be_visible()
    expect(page.get_by_role("link", name="doi.org").first).to_be_visible()
    for name in ("Book a free consultation", "Was this article useful?"):
        assert page.get_by_role("link", name=name).filter(visible=True).count() == 0


def test_reader_says_that_an_article_was_of_no_use(site, client_page):
    client_page.goto(site + ARTICLE)
    assert client_page.context.cookies() == []
    client_page.get_by_role("link", name="Was this article useful?").click()
    client_page.get_by_role("button", name="Send my answer").click()
    expect(client_page.get_by_role("alert")).to_contain_text("Choose yes or no")
    client_page.get_by_label("No", exact=True).check()
    client_page.get_by_label("What should we change, or keep?").fill("Less about mice.")
    client_page.get_by_role("button", name="Send my answer").click()
    expect(client_page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert list(Feedback.objects.values_list("was_useful", "words")) == [(False, "Less about mice.")]


def test_reader_finds_more_by_topic_and_person(site, client_page):
    client_page.goto(site + ARTICLE)
    client_page.get_by_role("link", name="Priya Raman, RNutr").click()
    expect(client_page.get_by_role("heading", level=1)).to_have_text("Priya Raman, RNutr")
    client_page.get_by_role("link", name="What your gut microbiome").click()
    client_page.get_by_role("article").first.get_by_role("link", name="Immunity").last.click()
    expect(client_page.get_by_role("heading", level=1)).to_have_text("Immunity")

import pytest
from playwright.sync_api import expect

ARTICLE = "/articles/gut-microbiome-fighting-viruses/"
PAGES = ["/", "/articles/", ARTICLE, "/consultations/", "/consultations/free-consultation/times/"]
PAGES += ["/consultations/privacy/", "/consultations/find/", "/articles/meet-your-gut-microbiome/"]
PAGES += ["/articles/fibre-and-thirty-plants/", "/articles/antibiotics-and-what-comes-after/"]
VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_page_has_no_barriers_and_needs_no_sideways_scroll(site, watched, no_barriers, path, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(site + path)
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_article_is_reached_from_home_and_read_without_cookie(site, watched):
    watched.goto(site)
    watched.get_by_role("link", name="What your gut microbiome has to do with fighting viruses").first.click()
    expect(watched.get_by_role("heading", level=1)).to_contain_text("fighting viruses")
    assert watched.context.cookies() == []


def test_article_citation_on_a_phone_opens_its_card_and_escape_closes_it(site, watched):
    watched.set_viewport_size({"width": 390, "height": 800})
    watched.goto(site + ARTICLE)
    watched.get_by_role("button", name="Show reference 2: Harper 2021").first.click()
    card = watched.locator(".reference-card:popover-open")
    expect(card).to_contain_text("Its authors work for companies")
    watched.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_article_citation_on_a_desktop_leads_to_the_reference_and_back(site, watched):
    watched.goto(site + ARTICLE)
    watched.get_by_role("link", name="Reference 1").first.click()
    assert watched.url.endswith("#ref-1")
    watched.locator("#ref-1").get_by_role("link", name="Back").first.click()
    assert "#cite-" in watched.url


def test_skip_link_is_the_first_thing_the_keyboard_meets(site, watched):
    watched.goto(site)
    watched.keyboard.press("Tab")
    expect(watched.locator(":focus")).to_have_text("Skip to main content")
    watched.keyboard.press("Enter")
    expect(watched.locator(":focus")).to_have_id("main")


def test_article_is_whole_without_javascript(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + ARTICLE)
    expect(page.get_by_role("heading", name="References")).to_be_visible()
    expect(page.locator("figure svg").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="consultation").last.click()
    expect(page).to_have_url(f"{site}/consultations/?from=gut-microbiome-fighting-viruses")
    context.close()

import pytest
from playwright.sync_api import expect

SEARCH = "/articles/search/"
STATES = ["?q=virus", "?q=probotic", "?q=mucus+zebra", "?q=zebra", "?q=x", ""]
VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (320, "light")]


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_search_page_has_no_barriers_and_needs_no_sideways_scroll(site, watched, no_barriers, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    for state in STATES:
        watched.goto(site + SEARCH + state)
        no_barriers(watched)
        assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_article_is_found_from_the_list_despite_a_typing_error(site, client_page):
    client_page.goto(f"{site}/articles/")
    client_page.get_by_role("searchbox", name="Search articles").fill("probotic")
    client_page.keyboard.press("Enter")
    client_page.get_by_role("link", name="probiotic").click()
    expect(client_page.get_by_role("searchbox")).to_have_value("probiotic")
    client_page.get_by_role("link", name="Immunity").click()
    expect(client_page.get_by_role("heading", level=2).first).to_have_text("1 article in Immunity for “probiotic”")
    client_page.get_by_role("main").get_by_role("link", name="fighting viruses").click()
    expect(client_page).to_have_url(f"{site}/articles/gut-microbiome-fighting-viruses/")
    assert client_page.context.cookies() == []


def test_search_words_do_not_go_along_to_the_next_page(site, watched):
    referrers = []
    watched.on("request", lambda request: referrers.append(request.headers.get("referer")))
    watched.goto(f"{site}{SEARCH}?q=virus")
    watched.get_by_role("main").get_by_role("link", name="fighting viruses").click()
    expect(watched.get_by_role("heading", level=1)).to_contain_text("fighting viruses")
    assert not any("virus" in (referrer or "").partition("?")[2] for referrer in referrers)

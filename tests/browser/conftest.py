"""A real Chromium against a live server on the real database."""

import os
import shutil
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from consultations import queries
from consultations.models import ConsultationType
from tests.articles.factories import make_draft, make_figure, make_reference, make_term
from tests.conftest import wait_for
from tests.factories import make_booking

PASSWORD = "a-password-only-tests-know"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's sync API runs an event loop in this thread

# pytest-playwright opens one context a test and closes it; Chromium may not call home meanwhile.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium():
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items):
    """Mark what is in this folder; skip it, saying why, where there is no browser, unless this is CI."""
    no_browser = not find_chromium() and not os.environ.get("CI")
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if no_browser:
                item.add_marker(pytest.mark.skip(reason="no Chromium found: set CHROMIUM or install one"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": find_chromium(), "args": FLAGS, "headless": True}


@pytest.fixture
def site(live_server):
    """The address of a running site with the sample content."""
    call_command("load_sample_content")
    return live_server.url


@pytest.fixture
def booking(site):
    """A booking of the sample type, a few days ahead."""
    consultation_type = ConsultationType.objects.get()
    people = list(queries.nutritionists_of(consultation_type))
    [starts_at] = queries.soonest_times(consultation_type, people, 1, now=timezone.now() + timedelta(days=3))
    return make_booking(consultation_type, starts_at=starts_at, now=timezone.now())


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def client_page(request, browser):
    """A phone with JavaScript on, then one with it off."""
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints():
    """What went wrong on the watched page, in order."""
    return []


@pytest.fixture
def watched(page, complaints):
    """A page that fails the test for a console error, a script error, or a request to another origin."""
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    # Going from a public page, which fades, to the admin, which does not: Chromium reports the fade it gave up.
    page.on("pageerror", lambda error: "ViewTransition opt-in" in str(error) or complaints.append(str(error)))
    page.on("request", lambda request: "//localhost:" in request.url or complaints.append(f"asked for {request.url}"))
    yield page
    assert complaints == []


@pytest.fixture
def no_barriers(complaints):
    """A check that axe finds nothing on a page."""

    def check(page):
        page.wait_for_load_state()  # a click returns before the page it leads to is whole
        before = len(complaints)
        found = Axe().run(page).response["violations"]
        del complaints[before:]  # axe tries inline styles of its own, which the policy refuses as it should
        assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []

    return check


def body_of(page):
    """The editor of an article's body, not the field it takes the place of: a click on that waits in vain."""
    return page.get_by_role("textbox", name="Body").and_(page.locator("[contenteditable]"))


@pytest.fixture
def editor(live_server, watched, settings):
    """The form of an article with two paragraphs, opened by a member of staff; its body has the focus."""
    make_reference("harper2021")
    make_reference("yeoh2021")
    make_figure("lining")
    make_term("mucus")
    article = make_draft(body="<p>One slime.</p><p>Two</p>").article
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("nell"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    watched.context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "localhost", "path": "/"}])
    watched.goto(f"{live_server.url}/admin/articles/article/{article.pk}/change/")
    body_of(watched).click()
    wait_for(lambda: goes_to_the_start(watched), seconds=20, what="the cursor at the start of the body")
    return watched


def goes_to_the_start(page):
    """Press the keys, and return whether the editor has followed: on a busy machine it may still be starting."""
    page.keyboard.press("Control+Home")
    frames_pass(page)
    return page.evaluate(
        "(s => s.isCollapsed && s.anchorOffset === 0 && s.anchorNode.textContent.startsWith('One'))(getSelection())"
    )


def frames_pass(page):
    """Give the editor two frames, in which it may put its own idea of the selection back."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def saved_body(page):
    page.get_by_role("button", name="Save draft", exact=True).click()
    expect(page.locator(".messagelist, .errornote")).to_contain_text("Saved as revision")
    return Article.objects.get().revisions.first().body


@pytest.fixture
def staff(site, watched):
    """A member of staff signed in to the admin."""
    get_user_model().objects.create_superuser("nell", password=PASSWORD)
    watched.goto(f"{site}/admin/")
    watched.get_by_label("Username").fill("nell")
    watched.get_by_label("Password").fill(PASSWORD)
    watched.get_by_role("button", name="Sign in", exact=True).click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Start page")
    return watched

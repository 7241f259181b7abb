from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import expect

from consultations.models import Booking
from tests.conftest import wait_for


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def visitor(request, browser):
    """A page with JavaScript on, then one with it off."""
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def choose_a_time(page, site):
    page.goto(site)
    page.get_by_role("main").get_by_role("link", name="Book a free consultation").first.click()
    page.get_by_role("link", name="See all times").first.click()
    page.locator("a.slot").last.click()


def give_details(page, name="Amara Whitfield", email="amara@example.com"):
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Book this time").click()


def test_visitor_books_and_is_told_so(site, visitor):
    choose_a_time(visitor, site)
    give_details(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("You are booked in, Amara")
    expect(visitor.get_by_role("main")).to_contain_text(Booking.objects.get().reference)


def test_visitor_with_a_bad_address_is_told_what_to_do_and_keeps_the_name(site, visitor):
    choose_a_time(visitor, site)
    give_details(visitor, email="amara@example")
    expect(visitor).to_have_title("Error: Your details | Probio7")
    summary = visitor.locator(".error-summary")
    summary.get_by_role("link", name="Enter an email address in the right format").click()
    expect(visitor.get_by_label("Email address")).to_be_focused()
    expect(visitor.get_by_label("Full name")).to_have_value("Amara Whitfield")
    give_details(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("You are booked in")


def test_error_summary_takes_the_focus_when_there_is_script(site, watched, no_barriers):
    # The 422 answer itself is logged by Chromium as an error, so this page is not the watched one's to judge.
    page = watched.context.new_page()
    choose_a_time(page, site)
    give_details(page, email="")
    expect(page.locator(".error-summary")).to_be_focused()
    no_barriers(page)


def test_time_taken_meanwhile_offers_others_and_keeps_the_form(site, browser, no_barriers):
    first, second = browser.new_page(), browser.new_page()
    choose_a_time(first, site)
    second.goto(first.url)
    give_details(first)
    give_details(second, name="Ben Osei", email="ben@example.com")
    expect(second.get_by_label("Full name")).to_have_value("Ben Osei")
    no_barriers(second)
    second.get_by_role("button", name="instead").first.click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("You are booked in, Ben")
    assert Booking.objects.count() == 2
    first.close()
    second.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_details_and_confirmation_have_no_barriers(site, watched, no_barriers, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    choose_a_time(watched, site)
    no_barriers(watched)
    give_details(watched)
    expect(watched.get_by_role("heading", level=1)).to_contain_text("You are booked in")
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.broker
def test_confirmation_arrives_by_a_live_worker_within_five_seconds_of_the_click(celery_worker, mailbox, site, watched):
    choose_a_time(watched, site)
    give_details(watched)
    [envelope] = wait_for(lambda: mailbox.messages, seconds=5, what="the confirmation")
    message = message_from_bytes(envelope.content, policy=default)
    assert envelope.rcpt_tos == ["amara@example.com"]
    assert Booking.objects.get().reference in message.get_body(["plain"]).get_content()

import re
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from consultations.models import Booking, SlotClaim
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
    page.locator(".slot-list .slot").last.click()


def give_details(page, name="Amara Whitfield", email="amara@example.com"):
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("I agree that Probio7 may use").check()
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
    # Two browsers, as two clients have: in one browser the second hold would release the first.
    first, second = browser.new_page(), browser.new_page()
    choose_a_time(first, site)
    SlotClaim.objects.update(expires_at=timezone.now())
    choose_a_time(second, site)
    give_details(second)
    give_details(first, name="Ben Osei", email="ben@example.com")
    expect(first.get_by_label("Full name")).to_have_value("Ben Osei")
    first.get_by_label("Full name").press("Enter")  # must not book the nearest time unasked
    no_barriers(first)
    assert Booking.objects.count() == 1
    first.get_by_role("alert").get_by_role("button", name="Book").first.click()
    expect(first.get_by_role("heading", level=1)).to_contain_text("You are booked in, Ben")
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


def test_whole_flow_by_keyboard_alone(site, watched):
    def tab_to(locator, most=80):
        for _ in range(most):
            if locator.evaluate("element => element === document.activeElement"):
                return
            watched.keyboard.press("Tab")
        raise AssertionError(f"not reached in {most} steps: {locator}")

    watched.goto(f"{site}/consultations/")
    tab_to(watched.get_by_role("link", name="See all times"))
    watched.keyboard.press("Enter")
    tab_to(watched.locator(".slot-list .slot").first)
    watched.keyboard.press("Enter")
    tab_to(watched.get_by_label("Full name"))
    watched.keyboard.type("Amara Whitfield")
    watched.keyboard.press("Tab")
    watched.keyboard.type("amara@example.com")
    tab_to(watched.get_by_label("I agree that Probio7 may use"))
    watched.keyboard.press("Space")
    tab_to(watched.get_by_role("button", name="Book this time"))
    watched.keyboard.press("Enter")
    expect(watched.get_by_role("heading", level=1)).to_contain_text("You are booked in")


def test_time_is_named_in_full_to_a_screen_reader(site, watched):
    watched.goto(f"{site}/consultations/free-consultation/times/")
    slot = watched.locator(".slot-list .slot").first
    name = slot.get_attribute("aria-label")
    assert re.fullmatch(r"\w+day \d+ \w+ 20\d\d at \d\d:\d\d, London time \((GMT|BST)\)", name)
    expect(watched.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_browser_in_new_york_is_offered_new_york_time_and_switches_only_when_asked(site, browser):
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.goto(f"{site}/consultations/free-consultation/times/")
    expect(page.locator(".time-zone")).to_contain_text("London time")
    page.get_by_role("link", name="Show times in New York time").click()
    expect(page.locator(".time-zone")).to_contain_text("New York time")
    page.locator(".slot-list .slot").last.click()
    expect(page.get_by_role("complementary")).to_contain_text("In the UK")
    give_details(page)
    expect(page.get_by_role("main")).to_contain_text("Where you are: ")
    context.close()


def test_zone_is_chosen_without_script_and_the_choice_lasts(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/consultations/free-consultation/times/")
    page.locator("summary").click()
    page.get_by_label("Show times for").select_option("New York")
    page.get_by_role("button", name="Show times there").click()
    page.locator(".calendar a").last.click()
    expect(page.locator(".time-zone")).to_contain_text("New York time")
    context.close()

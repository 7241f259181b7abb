import pytest
from django.utils import timezone
from playwright.sync_api import expect

from consultations.links import manage_path, waitlist_url
from consultations.models import Booking, BookingStatus, WaitlistEntry
from consultations.services.changes import cancel_booking

VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


@pytest.mark.parametrize("name", ["", "move/", "cancel/", "details/", "answers/", "data/", "data/erase/"])
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_manage_pages_have_no_barriers(site, booking, watched, no_barriers, name, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(site + manage_path(booking) + name)
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_waiting_list_pages_have_no_barriers(site, booking, watched, no_barriers, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    join(watched, site)
    no_barriers(watched)
    cancel_booking(booking.pk, now=timezone.now())
    watched.goto(site + link_of_the_entry())
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_client_moves_corrects_and_cancels_with_the_link_alone(site, booking, client_page):
    client_page.goto(site + manage_path(booking))
    client_page.get_by_role("link", name="See all times").click()
    client_page.locator(".slot-list .slot").last.click()
    expect(client_page.get_by_role("main")).to_contain_text("It was moved to this time.")
    client_page.get_by_role("link", name="Correct your details").click()
    client_page.get_by_label("Full name").fill("Amara W")
    client_page.get_by_role("button", name="Save").click()
    expect(client_page.get_by_role("status")).to_contain_text("Your details are up to date.")
    client_page.get_by_role("link", name="I want to cancel").click()
    client_page.get_by_label("Would you tell us why?").fill("Away that week")
    client_page.get_by_role("button", name="Cancel my consultation").click()
    expect(client_page.get_by_role("main")).to_contain_text("You cancelled this consultation.")
    assert Booking.objects.get().status == BookingStatus.CANCELLED_BY_CLIENT


def test_visitor_joins_the_list_and_takes_the_time_that_comes_free(site, booking, client_page):
    join(client_page, site)
    cancel_booking(booking.pk, now=timezone.now())
    client_page.goto(site + link_of_the_entry())
    client_page.get_by_role("button", name="Take this time").click()
    expect(client_page.get_by_role("main")).to_contain_text("You are booked in.")
    assert Booking.objects.get(status="confirmed").client_email == "amara@example.com"


def join(page, site):
    page.goto(f"{site}/consultations/free-consultation/times/")
    page.get_by_role("button", name="Join the waiting list").click()
    page.get_by_label("Full name").fill("Amara Whitfield")
    page.get_by_label("Email address").fill("amara@example.com")
    for box in page.get_by_role("group").get_by_role("checkbox").all():
        box.check()
    page.get_by_label("I agree that Probio7 may use").check()
    page.get_by_role("button", name="Join the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")


def link_of_the_entry():
    return "/consultations" + waitlist_url(WaitlistEntry.objects.get()).partition("/consultations")[2]

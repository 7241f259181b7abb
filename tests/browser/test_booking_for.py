import re

from django.utils import timezone
from playwright.sync_api import expect

from consultations import queries
from consultations.models import Booking, ConsultationType
from consultations.options import read_slot
from tests.factories import make_booking


def fill(page):
    page.get_by_label("Full name").fill("Amara Whitfield")
    page.get_by_label("Email address").fill("amara@example.com")
    page.get_by_label(re.compile("I agree that Probio7 may use")).check()


def fits_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 800})


def test_staff_book_for_a_client_lose_the_time_take_another_and_add_a_note(site, staff, no_barriers, complaints):
    staff.goto(f"{site}/admin/")
    staff.get_by_role("link", name="Book for a client").click()
    no_barriers(staff)
    fits_a_phone(staff)
    staff.locator(".picker-times").get_by_role("link").last.click()
    no_barriers(staff)
    fits_a_phone(staff)
    staff.get_by_role("button", name="Book this time").click()
    expect(staff.get_by_role("alert")).to_contain_text("put right what is marked")
    no_barriers(staff)
    fill(staff)
    _take(staff)
    staff.get_by_role("button", name="Book this time").click()
    expect(staff.get_by_role("alert")).to_contain_text("is not free any more")
    complaints[:] = [words for words in complaints if "409" not in words and "422" not in words]  # as they should be
    no_barriers(staff)
    fits_a_phone(staff)
    expect(staff.get_by_label("Full name")).to_have_value("Amara Whitfield")
    staff.get_by_role("button", name=re.compile("^Book ")).first.click()
    expect(staff.locator(".messagelist")).to_contain_text("is booked")
    booking = Booking.objects.get(client_email="amara@example.com")
    assert booking.source == "phone"
    staff.get_by_role("link", name="Add a note").click()
    no_barriers(staff)
    fits_a_phone(staff)
    staff.get_by_label("Note").fill("Rings from work.")
    staff.get_by_role("button", name="Add the note").click()
    expect(staff.get_by_role("region", name="Internal notes")).to_contain_text("Rings from work.")
    no_barriers(staff)
    fits_a_phone(staff)


def _take(page):
    """Have others take the time on the page, with everybody who is free then."""
    _, starts_at, who = read_slot(page.locator("input[name=slot]").input_value())
    consultation_type = ConsultationType.objects.get()
    for one in queries.eligible_for(consultation_type, who):
        if queries.can_be_booked(consultation_type, [one], starts_at, now=timezone.now()):
            make_booking(consultation_type, starts_at=starts_at, nutritionist=one.slug, now=timezone.now())

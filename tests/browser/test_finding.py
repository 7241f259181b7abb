"""The team's search, as it looks and without barriers."""

import pytest
from playwright.sync_api import expect

from consultations.models import Booking
from tests.browser.test_booking import choose_a_time, give_details


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_find_a_client_by_part_of_the_reference(site, staff, no_barriers, scheme):
    choose_a_time(staff, site)
    give_details(staff)
    reference = Booking.objects.get().reference
    staff.emulate_media(color_scheme=scheme)
    staff.goto(f"{site}/admin/consultations/booking/")
    staff.locator("#searchbar").fill(f"{reference[:4]}-{reference[4:]}".lower())
    staff.locator("#changelist-search").get_by_role("button", name="Search").click()
    expect(staff.get_by_role("link", name=reference)).to_be_visible()
    no_barriers(staff)
    staff.set_viewport_size({"width": 390, "height": 800})
    no_barriers(staff)
    assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

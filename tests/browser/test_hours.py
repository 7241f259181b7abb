"""The hours of a nutritionist, and the step before they are saved, as a browser shows them."""

import pytest
from playwright.sync_api import expect

from consultations.models import Decision, SlotClaim, Weekday
from tests.browser.test_lists import VIEWS


def open_hours(staff, site, person):
    staff.goto(f"{site}/admin/consultations/nutritionist/{person.pk}/change/")
    staff.get_by_role("link", name="Hours", exact=True).click()


def close_the_day_of(staff, booking):
    day = Weekday(booking.starts_at.weekday()).label
    for field in staff.get_by_role("group", name=day, exact=True).locator("input[type=time]").all():
        field.fill("")
    staff.get_by_role("button", name="Look at what follows").last.click()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_hours_and_decision_have_no_barriers(site, staff, booking, no_barriers, width, scheme):
    staff.set_viewport_size({"width": width, "height": 900})
    staff.emulate_media(color_scheme=scheme)
    open_hours(staff, site, booking.nutritionist)
    no_barriers(staff)
    assert staff.evaluate("document.documentElement.scrollWidth") <= width
    close_the_day_of(staff, booking)
    expect(staff.get_by_role("heading", name="1 booking would fall outside")).to_be_visible()
    no_barriers(staff)
    assert staff.evaluate("document.documentElement.scrollWidth") <= width


def test_staff_change_hours_and_keep_a_booking(site, staff, booking):
    open_hours(staff, site, booking.nutritionist)
    close_the_day_of(staff, booking)
    staff.get_by_role("group", name=booking.client_name).get_by_label("Keep").check()
    staff.get_by_role("button", name="Save").click()
    expect(staff.locator(".messagelist")).to_contain_text("are saved")
    assert SlotClaim.objects.get().decision == Decision.KEPT
    assert not booking.nutritionist.availability_rules.filter(weekday=booking.starts_at.weekday()).exists()


def test_enter_in_a_time_looks_at_what_follows(site, staff, booking):
    open_hours(staff, site, booking.nutritionist)
    staff.locator("input[type=time]").first.press("Enter")
    expect(staff.get_by_role("heading", name="What clients could then book")).to_be_visible()


def test_another_row_leaves_the_keyboard_at_its_day(site, staff, booking):
    open_hours(staff, site, booking.nutritionist)
    friday = staff.get_by_role("group", name="Friday", exact=True)
    rows = friday.locator(".hours-row").count()
    friday.get_by_role("button", name="Another row").press("Enter")
    expect(friday.locator(".hours-row")).to_have_count(rows + 1)
    staff.keyboard.press("Tab")
    expect(friday.locator("input[type=time]").first).to_be_focused()

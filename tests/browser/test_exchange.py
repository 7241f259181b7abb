from playwright.sync_api import expect

from consultations.models import AvailabilityRule
from probio.exchange import admin as exchange_admin
from probio.exchange import exports
from probio.models import Export

PEOPLE = "/admin/consultations/nutritionist/"


def test_staff_export_a_long_list_and_follow_it(site, staff, no_barriers, monkeypatch, booking, settings, tmp_path):
    options = {"location": tmp_path / "exports"}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "exports": storage}
    monkeypatch.setattr(exchange_admin, "LONG", 0)
    monkeypatch.setattr(exports, "ask_worker", lambda *args: True)
    staff.goto(f"{site}/admin/consultations/booking/")
    staff.get_by_role("link", name="Export", exact=True).click()
    no_barriers(staff)
    staff.get_by_label("CSV").check()
    staff.get_by_role("button", name="Export").click()
    expect(staff.get_by_role("status")).to_have_text("0 of 1 rows are written.")
    no_barriers(staff)
    exports.make(Export.objects.get().pk)
    expect(staff.get_by_text("is ready")).to_be_visible()
    no_barriers(staff)
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download CSV").click()
    assert booking.reference in download.value.path().read_text()
    staff.goto(f"{site}/admin/probio/export/")
    no_barriers(staff)


def test_staff_look_at_an_import_put_it_right_and_carry_it_out(site, staff, no_barriers):
    staff.goto(f"{site}{PEOPLE}")
    no_barriers(staff)
    staff.get_by_role("link", name="Import working hours").click()
    no_barriers(staff)
    slug = AvailabilityRule.objects.first().nutritionist.slug
    heading = "nutritionist;weekday;from;to\n"

    def upload(line):
        content = f"{heading}{slug};Sunday;07:00;08:00\n{line}".encode()
        staff.get_by_label("CSV file").set_input_files({"name": "h.csv", "mimeType": "text/csv", "buffer": content})
        staff.get_by_role("button", name="Look at it").click()

    upload(f"{slug};Sunday;09:00;08:00\n")
    expect(staff.get_by_role("row", name="3 Error")).to_contain_text("Working hours end after they start.")
    no_barriers(staff)
    staff.set_viewport_size({"width": 390, "height": 800})
    assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    no_barriers(staff)
    staff.get_by_role("link", name="upload it again").click()
    upload("")
    staff.get_by_role("button", name="Import 1 new and 0 changed").click()
    expect(staff.locator(".messagelist")).to_contain_text("Imported: 1 new, 0 changed.")

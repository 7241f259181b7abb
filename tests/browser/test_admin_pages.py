"""Every page of the admin: no barrier, no complaint of the browser, and no sideways scrolling on a phone."""

from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.urls import reverse

from consultations.models import Booking, FeedShows, Nutritionist
from consultations.services.feeds import open_feed
from tests.everything import addresses, make_everything

NO_PAGES = {  # files, and what a frame or a button asks for
    "probio_export_download",
    "consultations_booking_report_csv",
    "consultations_outgoingemail_html",
    "consultations_outgoingemail_send-again",
    "consultations_outgoingemail_give-up",
}
OWN = ["admin:index", "account_change_password", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"]
VIEWS = [(1280, "light"), (390, "dark")]


def test_every_page_of_the_admin_is_open_to_everybody_on_every_screen(site, staff, complaints, settings):
    settings.SITE_URL = site
    make_everything(get_user_model().objects.get(username="nell"))
    open_feed(Nutritionist.objects.get(slug="everything"), FeedShows.BUSY)
    Booking.objects.update(client_name="N" * 76, notes="w" * 400)  # one word each
    pages = [*((name, reverse(name)) for name in OWN), *addresses()]
    pages = [(name, path) for name, path in pages if name not in NO_PAGES]
    seen = {name: problems(staff, site + path, complaints) for name, path in pages}
    assert {name: found for name, found in seen.items() if found} == {}
    # Others cannot be opened by anybody: what services write is neither added nor deleted by hand.
    assert sum(found is not None for found in seen.values()) > 110


def problems(page, address, complaints):
    """Return what is wrong with a page; None where nobody may open it."""
    found = []
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        status = page.goto(address).status
        if status == 403:
            complaints.clear()  # Chromium's words about the status
            return None
        if status != 200 or "/login/" in page.url:
            return [f"answered {status} at {page.url}"]
        found += [f"{scheme}: {words}" for words in complaints]
        for rule in Axe().run(page).response["violations"]:
            found += [f"{scheme} {rule['id']}: {node['html'][:200]}" for node in rule["nodes"][:3]]
        complaints.clear()  # axe tries inline styles of its own, which the policy refuses as it should
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"scrolls sideways at {width} px")
    return found

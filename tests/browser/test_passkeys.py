"""Signing in with a passkey: the real ceremony, with an authenticator that Chromium plays."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

PLAYED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def with_passkeys(watched, settings):
    """A browser whose device keeps passkeys. Tests have no certificate, so plain http is allowed as under make run."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.STAFF_NEED_SECOND_FACTOR = True
    devtools = watched.context.new_cdp_session(watched)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLAYED})
    return watched


def give_name_and_password(page):
    page.get_by_label("Username").fill("nell")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_staff_set_up_a_passkey_and_sign_in_with_it_alone_or_with_a_code(live_server, with_passkeys, no_barriers):
    page, site = with_passkeys, live_server.url
    get_user_model().objects.create_superuser("nell", password=PASSWORD)
    page.goto(f"{site}/admin/")
    give_name_and_password(page)
    no_barriers(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    no_barriers(page)
    page.get_by_label("What you call it").fill("Nell’s phone")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    no_barriers(page)
    codes = page.get_by_label("Unused codes").input_value().split()
    page.get_by_role("link", name="Go on to the start page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start page")
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="See them, or add one").click()
    expect(page.get_by_role("row", name="Nell’s phone")).to_be_visible()
    no_barriers(page)

    page.goto(f"{site}/admin/")
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{site}/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start page")

    page.get_by_role("button", name="Log out").click()
    page.goto(f"{site}/admin/")
    give_name_and_password(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start page")

import base64
import hashlib
import hmac
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from probio.staff.middleware import IDLE_FOR, SIGNED_IN_FOR
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

PASSWORD = "a-password-only-tests-know"
LOGIN, INDEX = "/admin/account/login/", "/admin/"
SECOND_FACTOR = "/admin/account/second-factor/"
ACTIVATE = f"{SECOND_FACTOR}totp/activate/"


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.STAFF_NEED_SECOND_FACTOR = True


@pytest.fixture
def nell():
    return get_user_model().objects.create_superuser("nell", password=PASSWORD)


def sign_in(client, username="nell", password=PASSWORD):
    return client.post(LOGIN, {"login": username, "password": password})


def code_of(secret, at=None):
    """Return the six digits an app shows: TOTP as in RFC 6238."""
    counter = int((time.time() if at is None else at) // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def set_up_an_app(client):
    """Set an authenticator app up as its page says, giving the password once more, and return its key."""
    asked = client.get(ACTIVATE)["Location"]
    assert client.post(asked, {"password": PASSWORD})["Location"] == ACTIVATE
    fields = {one.get("id"): one for one in parse(client.get(ACTIVATE)).iter("input")}
    secret = fields["authenticator_secret"].get("value")
    assert client.post(ACTIVATE, {"code": code_of(secret)}).status_code == 302
    return secret


def test_admin_sends_a_visitor_to_sign_in_and_back(client, nell):
    response = client.get("/admin/consultations/booking/")
    assert response["Location"] == "/admin/login/?next=/admin/consultations/booking/"
    response = client.get(response["Location"])
    assert response["Location"] == f"{LOGIN}?next=%2Fadmin%2Fconsultations%2Fbooking%2F"


def test_admin_is_closed_to_a_password_alone_and_says_what_to_do(client, nell):
    sign_in(client)
    response = client.get(INDEX, follow=True)
    assert response.redirect_chain == [(SECOND_FACTOR, 302)]
    assert "The admin opens once you have a second factor" in text_of(response)
    assert client.post("/admin/auth/user/add/", {"username": "x"})["Location"] == SECOND_FACTOR


@pytest.mark.django_db(transaction=True)  # what is set up is noted when it is committed
def test_admin_opens_once_an_app_is_set_up_and_asks_for_its_code_from_then_on(client, nell):
    sign_in(client)
    secret = set_up_an_app(client)
    assert client.get(INDEX).status_code == 200
    client.post("/admin/logout/")
    assert sign_in(client)["Location"].startswith(f"{SECOND_FACTOR}authenticate/")
    assert client.get(INDEX)["Location"].startswith("/admin/login/")
    wrong = client.post(f"{SECOND_FACTOR}authenticate/", {"code": "000000"})
    assert "Incorrect code." in text_of(wrong)
    client.post(f"{SECOND_FACTOR}authenticate/", {"code": code_of(secret, time.time() - 3600)})
    assert client.get(INDEX).status_code == 302
    client.post(f"{SECOND_FACTOR}authenticate/", {"code": code_of(secret)})
    assert client.get(INDEX).status_code == 200


def test_signing_out_needs_no_second_factor(client, nell):
    sign_in(client)
    client.post("/admin/logout/")
    assert client.get(INDEX)["Location"].startswith("/admin/login/")


def test_recovery_code_opens_the_admin_once(client, nell):
    sign_in(client)
    set_up_an_app(client)
    page = parse(client.get(f"{SECOND_FACTOR}recovery-codes/"))
    codes = page.find(".//textarea").text.split()
    assert len(codes) == 10
    for expected in (200, 302):
        client.post("/admin/logout/")
        sign_in(client)
        client.post(f"{SECOND_FACTOR}authenticate/", {"code": codes[0]})
        assert client.get(INDEX).status_code == expected


def test_secrets_are_encrypted_in_the_database_and_survive_new_keys(client, nell, settings):
    sign_in(client)
    secret = set_up_an_app(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    client.post("/admin/logout/")
    sign_in(client)
    client.post(f"{SECOND_FACTOR}authenticate/", {"code": code_of(secret)})
    assert client.get(INDEX).status_code == 200


def test_sample_account_enters_with_its_password_where_no_second_factor_is_needed(client, nell, settings):
    settings.STAFF_NEED_SECOND_FACTOR = False
    assert sign_in(client)["Location"] == INDEX
    assert client.get(INDEX).status_code == 200


@pytest.mark.parametrize("address", ["signup/", "password/reset/", "email/", "second-factor/webauthn/signup/"])
def test_nobody_signs_up_or_resets_a_password_by_themselves(client, address):
    assert client.get(f"/admin/account/{address}")["Location"].startswith("/admin/login/")  # the admin's catch-all
    assert client.post(f"/admin/account/{address}", {"username": "me"}).status_code == 302
    assert not get_user_model().objects.exists()


def test_account_locks_after_five_wrong_passwords_even_for_the_right_one(client, nell, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    for n in range(5):
        client.post(LOGIN, {"login": "nell", "password": f"wrong-{n}"}, REMOTE_ADDR=f"10.0.{n}.1")
    response = client.post(LOGIN, {"login": "nell", "password": PASSWORD}, REMOTE_ADDR="10.0.9.1")
    assert "Too many failed login attempts" in text_of(response)
    assert client.get(INDEX).status_code == 302


def test_address_locks_after_ten_wrong_passwords_for_anybody(client, nell, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    for n in range(10):
        client.post(LOGIN, {"login": f"somebody-{n}", "password": "wrong"}, REMOTE_ADDR="10.1.0.1")
    response = client.post(LOGIN, {"login": "nell", "password": PASSWORD}, REMOTE_ADDR="10.1.0.1")
    assert response.status_code in (200, 429)
    assert client.get(INDEX).status_code == 302


def set_clock_back(client, **keys):
    session = client.session
    for name, gone in keys.items():
        session[name] = (timezone.now() - gone).timestamp()
    session.save()


@pytest.mark.parametrize(
    "gone",
    [
        {"seen_at": IDLE_FOR + timedelta(minutes=1)},
        {"began_at": SIGNED_IN_FOR + timedelta(minutes=1)},
    ],
)
def test_session_left_open_or_grown_old_ends(client, nell, settings, gone):
    settings.STAFF_NEED_SECOND_FACTOR = False
    sign_in(client)
    assert client.get(INDEX).status_code == 200
    set_clock_back(client, **gone)
    assert client.get(INDEX)["Location"] == LOGIN
    assert client.get(INDEX)["Location"].startswith("/admin/login/")


def test_session_in_use_goes_on(client, nell, settings):
    settings.STAFF_NEED_SECOND_FACTOR = False
    sign_in(client)
    client.get(INDEX)
    set_clock_back(client, seen_at=IDLE_FOR - timedelta(minutes=5))
    client.get(INDEX)
    set_clock_back(client, began_at=SIGNED_IN_FOR - timedelta(minutes=5))
    assert client.get(INDEX).status_code == 200


def test_public_pages_ask_nothing_of_a_staff_session(client, nell, django_assert_num_queries):
    sign_in(client)
    response = client.get("/articles/")
    assert "Cookie" not in response.get("Vary", "")


def test_sign_in_without_a_cache_says_so_and_lets_nobody_in(client, nell, settings, unused_tcp_port):
    settings.ACCOUNT_RATE_LIMITS = {}
    address = f"redis://127.0.0.1:{unused_tcp_port}/0"
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": address}}
    response = sign_in(client)
    assert response.status_code == 503
    assert "Signing in is not possible at the moment" in text_of(response)
    assert client.get(INDEX)["Location"].startswith("/admin/login/")

"""Outgoing mail in the admin: the list, a message's page and its buttons, and the start page."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from consultations.links import manage_url, token_of
from consultations.models import EmailState, OutgoingEmail
from tests.factories import make_booking, make_consultation_type
from tests.pages import parse

pytestmark = pytest.mark.django_db

LIST = "/admin/consultations/outgoingemail/"


@pytest.fixture
def email():
    starts_at = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return make_booking(make_consultation_type(), starts_at=starts_at, now=timezone.now()).emails.get()


def page(email, name="change"):
    return f"{LIST}{email.pk}/{name}/"


def put(email, state, **changes):
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, **changes)


def waiting_since(email, age):
    since = timezone.now() - age
    OutgoingEmail.objects.filter(pk=email.pk).update(created_at=since, due_at=since, next_attempt_at=since)


@pytest.fixture
def as_staff(client):
    """Return a client signed in as staff with permissions."""

    def sign_in(*codenames):
        user = get_user_model().objects.create_user("nell", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return sign_in


def test_list_says_state_age_tries_and_error(admin_client, email):
    waiting_since(email, timedelta(minutes=7, seconds=5))
    put(email, EmailState.RETRYING, attempts=3, last_error="451 try later")
    words = " ".join("".join(parse(admin_client.get(LIST)).find(".//table[@id='result_list']").itertext()).split())
    for said in ("will be tried again", "7\xa0minutes".replace("\xa0", " "), "3", "451 try later", email.to):
        assert said in words


def test_list_takes_as_many_queries_for_three_rows_as_for_one(admin_client, email, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        admin_client.get(LIST)
    for n in (1, 2):
        make_booking(
            email.booking.consultation_type,
            starts_at=email.booking.starts_at + timedelta(hours=n),
            now=timezone.now(),
        )
    with django_assert_max_num_queries(9):
        admin_client.get(LIST)


@pytest.mark.parametrize(
    ("state", "age", "is_shown"),
    [
        (EmailState.OWED, timedelta(minutes=1), False),
        (EmailState.OWED, timedelta(minutes=6), True),
        (EmailState.FAILED, timedelta(days=3), True),
        (EmailState.BOUNCED, timedelta(days=3), True),
        (EmailState.OBSOLETE, timedelta(days=3), False),
    ],
)
def test_trouble_filter_shows_what_somebody_should_look_at(admin_client, email, state, age, is_shown):
    waiting_since(email, age)
    put(email, state)
    assert (email.to in admin_client.get(f"{LIST}?trouble=yes").content.decode()) == is_shown


def test_message_page_shows_text_and_calendar_with_links_cut_short(admin_client, email):
    response = admin_client.get(page(email))
    words = "".join(parse(response).find(".//section").itertext())
    assert f"You are booked in, {email.booking.client_name.split()[0]}" in words
    assert "BEGIN:VCALENDAR" in words
    for secret in (manage_url(email.booking), token_of(email.booking)):
        assert secret not in response.content.decode()


def test_message_html_stands_in_a_sandboxed_frame_that_only_this_view_allows(admin_client, email):
    response = admin_client.get(page(email))
    frame = parse(response).find(".//iframe")
    assert (frame.get("src"), frame.get("sandbox")) == (page(email, "html"), "")
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    html = admin_client.get(page(email, "html"))
    assert "frame-ancestors 'self'" in html["Content-Security-Policy"]
    assert "script-src 'none'" in html["Content-Security-Policy"]
    assert html["X-Frame-Options"] == "SAMEORIGIN"
    assert "You are booked in" in html.content.decode()
    assert token_of(email.booking) not in html.content.decode()


def test_message_that_cannot_be_composed_says_so(admin_client, email):
    type(email.booking).objects.update(client_name="\u00a0")  # no first word to greet
    response = admin_client.get(page(email))
    assert (response.status_code, admin_client.get(page(email, "html")).status_code) == (200, 404)
    assert "It cannot be composed" in response.content.decode()


def test_send_again_owes_a_failed_message_and_is_on_record(admin_client, email):
    put(email, EmailState.FAILED, attempts=1)
    response = admin_client.post(page(email, "send-again"), follow=True)
    email.refresh_from_db()
    assert email.state == EmailState.OWED
    assert "It is on its way again." in response.content.decode()
    assert "Sent again." in admin_client.get(page(email, "history")).content.decode()


def test_give_up_ends_a_message(admin_client, email):
    put(email, EmailState.FAILED)
    admin_client.post(page(email, "give-up"))
    email.refresh_from_db()
    assert email.state == EmailState.OBSOLETE


def test_send_again_never_brings_an_obsolete_message_back(admin_client, email):
    put(email, EmailState.OBSOLETE)
    response = admin_client.post(page(email, "send-again"), follow=True)
    email.refresh_from_db()
    assert email.state == EmailState.OBSOLETE
    assert "Nothing was changed" in response.content.decode()


@pytest.mark.parametrize("name", ["send-again", "give-up"])
def test_buttons_ask_for_a_post_and_the_permission_to_change(as_staff, email, name):
    put(email, EmailState.FAILED)
    client = as_staff("view_outgoingemail")
    assert client.get(page(email, name)).status_code == 405
    assert client.post(page(email, name)).status_code == 403
    email.refresh_from_db()
    assert email.state == EmailState.FAILED
    assert b"Send again" not in client.get(page(email)).content


def test_message_and_its_html_ask_for_the_permission_to_view(as_staff, email):
    client = as_staff("view_booking")
    assert client.get(page(email, "html")).status_code == 403
    assert client.get(page(email)).status_code == 403


def test_start_page_is_quiet_when_mail_is_well(admin_client, email):
    assert "Mail: nothing is stuck" in admin_client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("state", "age", "said"),
    [
        (EmailState.OWED, timedelta(minutes=9, seconds=5), "waiting for 9\xa0minutes"),
        (EmailState.FAILED, timedelta(days=2), "1 failed in the last 7 days"),
        (EmailState.BOUNCED, timedelta(days=2), "1 came back in the last 7 days"),
    ],
)
def test_start_page_says_what_is_wrong_with_mail_and_leads_there(admin_client, email, state, age, said):
    waiting_since(email, age)
    put(email, state)
    html = admin_client.get("/admin/").content.decode()
    assert said in html
    assert f"{LIST}?trouble=yes" in html


def test_start_page_says_nothing_of_mail_to_those_who_may_not_see_it(as_staff, email):
    put(email, EmailState.FAILED)
    assert b"mail-notice" not in as_staff("view_booking").get("/admin/").content

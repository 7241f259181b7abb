import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from consultations import outbox, queries
from consultations.links import address_url, manage_path
from consultations.models import Booking, BookingStatus, EmailState, OutgoingEmail
from consultations.options import sign_slot
from consultations.services.changes import ask_for_address, cancel_booking, resend_confirmation
from probio.logs import HideSecretLinks
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(consultation_type):
    """A booking some days from now, in the middle of a day."""
    return make_booking(consultation_type, starts_at=times(consultation_type)[4], now=timezone.now())


def times(consultation_type):
    people = list(queries.nutritionists_of(consultation_type))
    return queries.soonest_times(consultation_type, people, 30, now=timezone.now() + timedelta(days=2))


def test_manage_page_says_how_the_booking_stands_and_sets_the_headers_of_a_secret(client, booking):
    response = client.get(manage_path(booking))
    words = text_of(response)
    assert "You are booked in." in words
    assert f"Reference {booking.reference}" in words
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_get_and_head_change_nothing(client, booking):
    before = Booking.objects.values().get()
    for name in ("", "move/", "cancel/", "details/"):
        for ask in (client.get, client.head):
            assert ask(manage_path(booking) + name).status_code == 200
    assert client.get(manage_path(booking) + "resend/").status_code == 405
    assert Booking.objects.values().get() == before
    assert OutgoingEmail.objects.count() == 1


def test_every_page_behind_a_wrong_link_is_not_found(client, booking):
    wrong = manage_path(booking)[:-2] + "-/"
    for name in ("", "move/", "cancel/", "details/", "calendar.ics"):
        assert client.get(wrong + name).status_code == 404
    assert client.post(wrong + "cancel/").status_code == 404
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_guessing_links_is_limited_and_a_right_one_still_opens(booking, settings):
    settings.RATE_LIMIT_SCALE = 0.05  # three
    guesser = Client(REMOTE_ADDR="192.0.2.73")  # whom no other test has counted
    statuses = [guesser.get(f"/consultations/manage/{'A' * 65}/").status_code for _ in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    assert guesser.get(manage_path(booking)).status_code == 200


# Moving


def test_client_moves_to_a_time_of_the_picker(client, booking):
    page = parse(client.get(manage_path(booking) + "move/"))
    form = page.find(".//main//form[@method='post']")
    assert form.get("action") == manage_path(booking) + "move/"
    assert "yours" in "".join(form.itertext())
    new = times(booking.consultation_type)[7]
    value = sign_slot(booking.consultation_type, new, "priya-raman")
    response = client.post(form.get("action"), {"slot": value}, follow=True)
    booking.refresh_from_db()
    assert booking.starts_at == new
    assert "Your consultation is now on" in response.text
    assert "It was moved to this time." in text_of(response)


def test_day_links_of_the_picker_stay_with_the_booking(client, booking):
    page = parse(client.get(manage_path(booking) + "move/"))
    links = [a.get("href") for a in page.findall(".//table//a")]
    assert links
    assert all(link.startswith(manage_path(booking) + "move/?") for link in links)


def test_move_to_a_time_taken_meanwhile_offers_others_and_keeps_the_booking(client, booking):
    taken = times(booking.consultation_type)[7]
    make_booking(booking.consultation_type, starts_at=taken, now=timezone.now())
    value = sign_slot(booking.consultation_type, taken, "priya-raman")
    response = client.post(manage_path(booking) + "move/", {"slot": value})
    page = parse(response)
    assert response.status_code == 409
    assert "The time you had is still yours" in text_of(response)
    [form] = page.findall(".//main//form")
    assert form.get("action") == manage_path(booking) + "move/"
    other = form.find(".//button[@name='slot']").get("value")
    assert client.post(form.get("action"), {"slot": other}).status_code == 302
    assert Booking.objects.get(pk=booking.pk).starts_at != booking.starts_at


def test_move_with_a_slot_that_is_not_ours_is_not_found(client, booking):
    assert client.post(manage_path(booking) + "move/", {"slot": "free.20270105T1000Z.:forged"}).status_code == 404


def test_inside_the_cut_off_the_page_shows_how_to_reach_the_team(client, booking):
    booking.consultation_type.cancellation_cutoff = timedelta(days=30)
    booking.consultation_type.save()
    words = text_of(client.get(manage_path(booking)))
    assert "It is too close to the start to move or cancel it here. Write to hello@example.com" in words
    for name, fields in (
        ("cancel/", {}),
        ("move/", {"slot": sign_slot(booking.consultation_type, times(booking.consultation_type)[7])}),
    ):
        response = client.post(manage_path(booking) + name, fields, follow=True)
        assert "cannot be changed here any more" in response.text
    assert Booking.objects.get().starts_at == booking.starts_at


# Cancelling


def test_client_cancels_after_one_more_question(client, booking):
    link = manage_path(booking) + "cancel/"
    assert "Cancel your consultation?" in text_of(client.get(link))
    response = client.post(link, {"reason": "Away that week"}, follow=True)
    assert "You cancelled this consultation." in text_of(response)
    assert "Book again" in text_of(response)
    assert Booking.objects.get().events.get(kind="cancelled").reason == "Away that week"


def test_reason_that_is_too_long_is_kept_with_what_is_wrong_and_nothing_is_cancelled(client, booking):
    response = client.post(manage_path(booking) + "cancel/", {"reason": "x" * 501})
    assert response.status_code == 422
    assert "x" * 501 in response.text
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_old_link_to_a_cancelled_booking_shows_the_present_state_and_changes_nothing(client, booking):
    cancel_booking(booking.pk, by=None, now=timezone.now())
    assert "You cancelled this consultation." in text_of(client.get(manage_path(booking)))
    for name, fields in (
        ("cancel/", {}),
        ("details/", {"name": "Eve", "email": booking.client_email}),
        ("resend/", {}),
    ):
        response = client.post(manage_path(booking) + name, fields, follow=True)
        assert response.redirect_chain[-1] == (manage_path(booking), 302)
    assert Booking.objects.get().client_name == booking.client_name
    assert OutgoingEmail.objects.filter(kind="booked", state="owed").count() == 0


# Correcting


def test_client_corrects_name_and_number(client, booking):
    fields = {"name": "Amara W", "email": booking.client_email, "channel": "phone", "phone": "020 7946 0018"}
    response = client.post(manage_path(booking) + "details/", fields, follow=True)
    assert "Your details are up to date." in response.text
    booking.refresh_from_db()
    assert (booking.client_name, booking.channel, booking.phone) == ("Amara W", "phone", "+442079460018")


def test_details_that_are_wrong_are_kept_with_what_is_wrong(client, booking):
    fields = {"name": "Amara W", "email": "amara@", "channel": "phone", "phone": "12"}
    response = client.post(manage_path(booking) + "details/", fields)
    assert response.status_code == 422
    assert parse(response).find(".//input[@name='email']").get("value") == "amara@"
    assert Booking.objects.get().client_name == booking.client_name


def test_new_address_counts_after_its_own_link_was_pressed(client, booking):
    fields = {"name": booking.client_name, "email": "amara@example.org", "channel": "video"}
    response = client.post(manage_path(booking) + "details/", fields, follow=True)
    assert "We have sent a message to amara@example.org" in response.text
    booking.refresh_from_db()
    proof = address_url(booking).removeprefix("http://localhost:8000").partition("/consultations")[2]
    proof = f"/consultations{proof}"
    assert "We will write to amara@example.org" in text_of(client.get(proof))
    assert Booking.objects.get().client_email == booking.client_email
    response = client.post(proof, follow=True)
    assert "From now on we write to amara@example.org" in response.text
    assert client.get(manage_path(booking)).status_code == 404
    assert client.get(proof).status_code == 404


def test_manage_link_does_not_prove_an_address(client, booking):
    ask_for_address(booking.pk, "eve@example.com", now=timezone.now())
    link = manage_path(booking).replace("/manage/", "/address/")
    assert client.post(link).status_code == 404
    assert Booking.objects.get().client_email == booking.client_email


def test_confirmation_is_sent_again(client, booking):
    client.post(manage_path(booking) + "resend/")
    assert OutgoingEmail.objects.filter(kind="booked", to=booking.client_email).count() == 2


def test_calendar_file_is_of_the_present_time(client, booking):
    response = client.get(manage_path(booking) + "calendar.ics")
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert event.decoded("dtstart") == booking.starts_at


def test_refused_proof_shows_a_stranger_nothing_of_the_booking(client, booking):
    other = make_booking(booking.consultation_type, starts_at=times(booking.consultation_type)[9], now=timezone.now())
    ask_for_address(booking.pk, other.client_email, now=timezone.now())
    booking.refresh_from_db()
    proof = "/consultations" + address_url(booking).partition("/consultations")[2]
    response = client.post(proof)
    assert response.status_code == 409
    assert "We could not use this address" in text_of(response)
    assert "/manage/" not in response.text
    cancel_booking(booking.pk, now=timezone.now())
    assert client.post(proof).status_code == 404


def test_confirmation_asked_for_again_the_same_day_is_not_said_to_be_on_its_way(client, booking):
    first, second = (client.post(manage_path(booking) + "resend/", follow=True) for _ in range(2))
    assert "is on its way" in first.text
    assert "We have sent it again to" in second.text


def test_client_takes_back_the_agreement_to_news(client, consultation_type):
    booking = make_booking(
        consultation_type, starts_at=times(consultation_type)[4], now=timezone.now(), wants_news=True
    )
    assert "Send me no news" in text_of(client.get(manage_path(booking)))
    client.post(manage_path(booking) + "stop-news/")
    assert booking.consents.get(purpose="marketing").withdrawn_at is not None
    assert booking.consents.get(purpose="service").withdrawn_at is None
    assert "Send me no news" not in text_of(client.get(manage_path(booking)))


# What protects it


def test_forms_ask_for_the_csrf_token_and_accept_the_origin_of_a_page_without_referrer(booking):
    client = Client(enforce_csrf_checks=True)
    link = manage_path(booking) + "cancel/"
    assert client.post(link).status_code == 403
    page = parse(client.get(link))
    token = page.find(".//input[@name='csrfmiddlewaretoken']").get("value")
    fields = {"csrfmiddlewaretoken": token}
    assert client.post(link, fields, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/consultations/free/no-time-suited/", fields, headers={"origin": "null"}).status_code == 403
    assert client.post(link, fields, headers={"origin": "null"}).status_code == 302


def test_log_lines_leave_out_the_token(booking):
    path = manage_path(booking)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden: %s", (f"{path}cancel/",), None)
    assert HideSecretLinks().filter(record)
    assert record.getMessage() == "Forbidden: /consultations/manage/…/cancel/"


UNREACHED = "We could not reach this address"


@pytest.fixture
def bounced(booking):
    """A booking whose confirmation has come back."""
    booking.emails.update(state=EmailState.SENT, sent_at=timezone.now())
    outbox.record_bounce(booking.emails.get().message_id, "no such person", now=timezone.now())
    return booking


def test_manage_page_says_when_mail_came_back_and_leads_to_the_correction(client, bounced):
    response = client.get(manage_path(bounced))
    assert f"{UNREACHED}: {bounced.client_email}." in text_of(response)
    hrefs = [link.get("href") for link in parse(response).iterfind(".//p[@role='status']/a")]
    assert hrefs == [manage_path(bounced) + "details/"]


def test_manage_page_is_silent_about_an_old_address_or_an_older_message(client, bounced):
    resend_confirmation(bounced.pk, now=timezone.now())
    assert UNREACHED not in text_of(client.get(manage_path(bounced)))
    OutgoingEmail.objects.exclude(state=EmailState.BOUNCED).delete()
    Booking.objects.update(client_email="right@example.com")
    assert UNREACHED not in text_of(client.get(manage_path(bounced)))

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consultations.models import (
    Booking,
    OutgoingEmail,
)
from consultations.services.changes import cancel_booking
from consultations.services.privacy import erase
from tests.consultations.views.flow import FIELDS, book, form_for, tomorrow_on
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


def test_booked_page_reloaded_sends_nothing_more(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    client.get(location)
    client.get(location)
    assert OutgoingEmail.objects.count() == 1


def test_booked_page_is_nobody_elses(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    assert client.get(location).status_code == 200
    assert Client().get(location).status_code == 404
    assert Client().get(f"{location}calendar.ics").status_code == 404
    assert Client().post(f"{location}address/", {"email": "eve@example.com"}).status_code == 404


def test_booked_page_says_the_time_where_the_client_is_too(client, consultation_type):
    url, hidden = form_for(client, consultation_type, tz="America/New_York")
    page = client.get(client.post(url, {**hidden, **FIELDS})["Location"])
    assert "Where you are: " in text_of(page)
    assert "New York time (E" in text_of(page)


def test_booked_page_gives_the_calendar_file(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    response = client.get(f"{location}calendar.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{Booking.objects.get().public_id}@" in response.text.replace("\r\n ", "")


def test_address_can_be_corrected_from_the_booked_page(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    response = client.post(f"{location}address/", {"email": "amara.w@example.com"})
    assert response["Location"] == location
    assert "amara.w@example.com" in text_of(client.get(location))
    assert Booking.objects.get().client_email == "amara.w@example.com"


def test_address_corrected_to_nonsense_keeps_what_was_typed(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    response = client.post(f"{location}address/", {"email": "amara@@example"})
    page = parse(response)
    assert response.status_code == 422
    assert page.find(".//input[@name='email']").get("value") == "amara@@example"
    assert Booking.objects.get().client_email == "amara@example.com"


def test_address_of_somebody_with_a_booking_is_answered_like_any_other(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    now, later = timezone.now(), tomorrow_on(consultation_type) + timedelta(hours=2)
    make_booking(consultation_type, starts_at=later, now=now, email="ben@example.com")
    pages = []
    for email in ("ben@example.com", "nobody@example.com"):
        assert client.post(f"{location}address/", {"email": email})["Location"] == location
        pages.append("If we could send the confirmation there" in client.get(location).text)
    assert pages == [True, True]
    assert Booking.objects.filter(client_email="ben@example.com").count() == 1


def test_booked_page_and_its_file_hold_no_link_to_manage_an_address_nobody_has_proven(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    for address in (location, f"{location}calendar.ics"):
        assert "/consultations/manage/" not in client.get(address).text.replace("\r\n ", "")


def test_booked_page_of_a_cancelled_booking_says_so_and_that_of_an_erased_one_is_gone(client, consultation_type):
    location = book(client, consultation_type)["Location"]
    cancel_booking(Booking.objects.get().pk, now=timezone.now())
    words = text_of(client.get(location))
    assert "You cancelled this consultation." in words
    assert "You are booked in" not in words
    erase("amara@example.com", now=timezone.now())
    assert client.get(location).status_code == 404

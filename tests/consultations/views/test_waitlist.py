from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consultations import queries
from consultations.links import manage_path, waitlist_url
from consultations.models import Booking, WaitlistEntry, WaitlistState
from consultations.services.changes import cancel_booking
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

JOIN = "/consultations/waitlist/"
FIELDS = {
    "name": "Amara Whitfield",
    "email": "amara@example.com",
    "weekdays": ["0", "1", "2", "3", "4", "5", "6"],
    "parts_of_day": ["morning", "afternoon", "evening"],
    "consent_service": "on",
    "timezone": "Europe/London",
}


def join(client, **changes):
    return client.post(JOIN, {**FIELDS, **changes}, follow=True)


def link_of(entry):
    return "/consultations" + waitlist_url(entry).partition("/consultations")[2]


@pytest.fixture
def offered(client, consultation_type):
    """An entry that is offered the time of a cancelled booking."""
    people = list(queries.nutritionists_of(consultation_type))
    starts_at = queries.soonest_times(consultation_type, people, 1, now=timezone.now() + timedelta(days=2))[0]
    booking = make_booking(consultation_type, starts_at=starts_at, now=timezone.now())
    join(client)
    cancel_booking(booking.pk, now=timezone.now())
    return WaitlistEntry.objects.get()


def test_no_time_suited_leads_to_the_list(client, consultation_type):
    response = client.post("/consultations/free/no-time-suited/", {"tz": "America/New_York"}, follow=True)
    page = parse(response)
    assert "Join the waiting list" in text_of(response)
    assert page.find(".//input[@name='timezone']").get("value") == "America/New_York"


def test_day_without_times_offers_the_list(client, consultation_type):
    consultation_type.nutritionists.update(is_active=False)
    assert "Join the waiting list" in text_of(client.get("/consultations/free/times/"))


def test_visitor_joins_and_is_told_to_look_at_their_mail(client, consultation_type):
    response = join(client, weekdays=["1", "3"], parts_of_day=["evening"])
    entry = WaitlistEntry.objects.get()
    assert (entry.weekdays, entry.parts_of_day, entry.client_email) == ([1, 3], ["evening"], "amara@example.com")
    assert "Check your email" in text_of(response)
    assert [email.kind for email in entry.emails.all()] == ["waitlist_joined"]


def test_joining_twice_looks_the_same_as_joining_once(client, consultation_type):
    first, second = join(client), join(client)
    assert text_of(first) == text_of(second)
    assert WaitlistEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter your full name"),
        ("email", "amara@", "Enter an email address in the right format"),
        ("email", "amara@gmial.com", "Did you mean amara@gmail.com?"),
        ("weekdays", [], "Choose at least one day"),
        ("weekdays", ["9"], "Choose days from the list"),
        ("parts_of_day", [], "Choose at least one time of the day"),
        ("parts_of_day", ["night"], "Choose times from the list"),
        ("consent_service", "", "Tick the box to agree"),
        ("website", "https://robot.example", "Leave this field empty"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, consultation_type, field, value, words):
    response = client.post(JOIN, {**FIELDS, field: value})
    page = parse(response)
    assert response.status_code == 422
    assert words in text_of(response)
    assert page.find(".//input[@name='name']").get("value", "") == (value if field == "name" else "Amara Whitfield")
    ticked = [box.get("value") for box in page.findall(".//input[@name='weekdays']") if box.get("checked") is not None]
    assert ticked == ([] if field == "weekdays" else FIELDS["weekdays"])
    assert WaitlistEntry.objects.count() == 0


def test_many_from_one_address_are_refused_and_keep_what_they_typed(consultation_type, settings):
    settings.RATE_LIMIT_SCALE = 0.1
    somebody = Client(REMOTE_ADDR="192.0.2.72")  # whom no other test has counted
    for n in range(2):
        join(somebody, email=f"client-{n}@example.com")
    response = join(somebody, email="client-3@example.com")
    assert response.status_code == 429
    assert "client-3@example.com" in response.text
    assert WaitlistEntry.objects.count() == 2


def test_entry_page_shows_the_wish_and_keeps_its_secret(client, consultation_type):
    join(client, weekdays=["1"], parts_of_day=["evening"])
    response = client.get(link_of(WaitlistEntry.objects.get()))
    assert "You are on the waiting list" in text_of(response)
    assert "Tuesday" in text_of(response)
    assert response["Referrer-Policy"] == "no-referrer"
    assert client.get(JOIN + "A" * 65 + "/").status_code == 404


def test_offer_is_shown_and_accepted_with_one_press(client, offered):
    response = client.get(link_of(offered))
    assert "It is kept for you until" in text_of(response)
    response = client.post(link_of(offered) + "accept/", follow=True)
    booking = Booking.objects.get(status="confirmed")
    assert response.redirect_chain == [(manage_path(booking), 302)]
    assert "You are booked in." in text_of(response)
    assert "You have a time" in text_of(client.get(link_of(offered)))


def test_offer_is_declined_with_one_press_and_the_place_is_kept(client, offered):
    response = client.post(link_of(offered) + "decline/", follow=True)
    assert "you stay on the list" in response.text
    assert "You are on the waiting list" in text_of(response)
    response = client.post(link_of(offered) + "accept/", follow=True)
    assert "no longer kept for you" in response.text
    assert not Booking.objects.filter(status="confirmed").exists()


def test_leaving_takes_one_press(client, offered):
    response = client.post(link_of(offered) + "leave/", follow=True)
    assert "You are off the list" in text_of(response)
    offered.refresh_from_db()
    assert offered.state == WaitlistState.LEFT


def test_looking_changes_nothing(client, offered):
    for name in ("accept/", "decline/", "leave/"):
        assert client.get(link_of(offered) + name).status_code == 405
    client.get(link_of(offered))
    client.head(link_of(offered))
    assert offered.offers.open().exists()


@pytest.mark.parametrize("value", ["%00", "no such type", "%F0%9F%98%80", "x" * 2000])
def test_type_that_is_none_is_taken_for_the_first(client, consultation_type, value):
    assert client.get(f"{JOIN}?type={value}").status_code == 200

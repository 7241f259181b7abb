from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from consultations.models import Booking, BookingStatus
from consultations.services.requests import NotARequest, accept_request, decline_request, expire_requests
from tests.factories import NOW, make_booking, make_consultation_type
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_made():
    return make_booking(make_consultation_type(needs_approval=True, answer_within=timedelta(hours=4)))


@pytest.fixture
def priya():
    return get_user_model().objects.create_user("priya", is_staff=True)


def told(booking):
    return [email.kind for email in booking.emails.order_by("pk")]


def test_accepted_request_is_confirmed_and_keeps_its_time(request_made, priya):
    accept_request(request_made.pk, by=priya, now=NOW)
    request_made.refresh_from_db()
    assert (request_made.status, request_made.claim.released_at) == (BookingStatus.CONFIRMED, None)
    assert told(request_made) == ["requested", "booked"]
    assert [(event.kind, event.actor) for event in request_made.events.all()] == [
        ("requested", None),
        ("accepted", priya),
    ]


def test_declined_request_gives_its_time_back(request_made, priya):
    decline_request(request_made.pk, by=priya, now=NOW)
    request_made.refresh_from_db()
    assert request_made.status == BookingStatus.DECLINED
    assert told(request_made) == ["requested", "declined"]
    assert make_booking(request_made.consultation_type).starts_at == request_made.starts_at


@pytest.mark.parametrize(("later", "expired"), [(timedelta(hours=3, minutes=59), 0), (timedelta(hours=4), 1)])
def test_unanswered_request_expires_at_its_deadline_and_says_so_once(request_made, later, expired):
    assert expire_requests(now=NOW + later) == expired
    assert expire_requests(now=NOW + later) == 0
    assert told(request_made) == ["requested", "expired"][: 1 + expired]


def test_expired_request_gives_its_time_back(request_made):
    later = NOW + timedelta(hours=4)
    expire_requests(now=later)
    assert make_booking(request_made.consultation_type, now=later).starts_at == request_made.starts_at


@pytest.mark.parametrize("answer", [accept_request, decline_request])
def test_request_is_answered_once(request_made, priya, answer):
    expire_requests(now=NOW + timedelta(hours=5))
    with pytest.raises(NotARequest):
        answer(request_made.pk, by=priya, now=NOW + timedelta(hours=5))


@pytest.mark.parametrize(("action", "status"), [("accept", "confirmed"), ("decline", "declined")])
def test_team_answers_requests_from_the_list_and_ordinary_bookings_stay_as_they_are(
    admin_client, request_made, action, status
):
    ordinary = make_booking()
    data = {"action": action, "_selected_action": [request_made.pk, ordinary.pk]}
    page = admin_client.post("/admin/consultations/booking/", data, follow=True)
    assert dict(Booking.objects.values_list("pk", "status")) == {request_made.pk: status, ordinary.pk: "confirmed"}
    assert f"{ordinary.reference} is not waiting for an answer" in text_of(page) + page.text


def test_request_nobody_answered_until_it_was_over_still_expires_and_says_so(request_made):
    assert expire_requests(now=request_made.ends_at + timedelta(days=2)) == 1
    assert told(request_made) == ["requested", "expired"]


def test_request_is_not_accepted_once_its_time_has_begun(request_made, priya):
    with pytest.raises(NotARequest):
        accept_request(request_made.pk, by=priya, now=request_made.starts_at)


def test_answered_request_sends_no_word_of_waiting_that_is_still_owed(request_made, priya):
    decline_request(request_made.pk, by=priya, now=NOW)
    assert [(email.kind, email.state) for email in request_made.emails.order_by("pk")] == [
        ("requested", "obsolete"),
        ("declined", "owed"),
    ]

import pytest
from django.test import Client
from django.utils import timezone

from consultations.models import OutgoingEmail
from tests.consultations.views.flow import tomorrow_on
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

FIND = "/consultations/find/"


def test_address_with_and_without_a_booking_get_the_same_answer_for_the_same_work(
    client, consultation_type, django_assert_num_queries
):
    starts_at = tomorrow_on(consultation_type)
    make_booking(consultation_type, email="amara@example.com", starts_at=starts_at, now=timezone.now())
    pages = []
    for email in ("amara@example.com", "nobody@example.com"):
        with django_assert_num_queries(6):
            response = client.post(FIND, {"email": email})
        pages.append(client.get(response["Location"]).content)
    assert pages[0] == pages[1]
    assert [email.to for email in OutgoingEmail.objects.filter(kind="your_link").order_by("pk")] == [
        "amara@example.com",
        "nobody@example.com",
    ]


def test_asking_again_within_the_hour_owes_nothing_more(client):
    for _ in range(3):
        client.post(FIND, {"email": "amara@example.com"})
    assert OutgoingEmail.objects.count() == 1


def test_what_is_no_address_is_said_and_kept(client):
    response = client.post(FIND, {"email": "amara@"})
    assert response.status_code == 422
    assert "Enter an email address in the right format" in text_of(response)
    assert parse(response).find(".//input[@name='email']").get("value") == "amara@"


def test_robots_and_the_impatient_are_refused(client, settings):
    assert client.post(FIND, {"email": "amara@example.com", "website": "x"}).status_code == 422
    settings.RATE_LIMIT_SCALE = 0.1
    somebody = Client(REMOTE_ADDR="192.0.2.71")  # whom no other test has counted
    statuses = [somebody.post(FIND, {"email": "impatient@example.com"}).status_code for _ in range(3)]
    assert statuses == [302, 429, 429]

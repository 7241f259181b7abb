import pytest
from django.utils import timezone

from consultations.links import manage_path
from consultations.models import Booking, Erasure
from tests.consultations.intake import give
from tests.consultations.views.flow import tomorrow_on
from tests.factories import make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(consultation_type):
    starts_at = tomorrow_on(consultation_type)
    booking = make_booking(consultation_type, starts_at=starts_at, now=timezone.now(), notes="A <b>question</b>")
    give(booking, "I eat oats", now=timezone.now())
    return booking


def test_client_reads_what_is_kept_about_them(client, booking):
    response = client.get(manage_path(booking) + "data/")
    words = text_of(response)
    for kept in (booking.reference, booking.client_email, "A <b>question</b>", "I eat oats", "I agree that Probio7"):
        assert kept in words
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_client_downloads_it_as_json(client, booking):
    response = client.get(manage_path(booking) + "data/download/")
    assert response["Content-Disposition"] == 'attachment; filename="probio7-your-data.json"'
    assert response.json()["bookings"][0]["reference"] == booking.reference


def test_client_has_everything_erased_after_one_more_question(client, booking):
    link = manage_path(booking) + "data/erase/"
    assert "Your consultation is cancelled;" in text_of(client.get(link))
    assert Booking.objects.get().client_name == booking.client_name
    response = client.post(link, follow=True)
    assert "Your data is erased" in text_of(response)
    assert Booking.objects.get().client_name == "Erased"
    assert Erasure.objects.get().bookings == [booking.public_id]
    assert client.get(manage_path(booking)).status_code == 404


def test_question_before_erasing_a_past_booking_does_not_speak_of_cancelling(client, booking):
    Booking.objects.update(status="completed")
    assert "is cancelled" not in text_of(client.get(manage_path(booking) + "data/erase/"))


def test_privacy_page_names_every_period_and_needs_no_cookie(client):
    response = client.get("/consultations/privacy/")
    page = parse(response)
    assert len(page.findall(".//h1")) == 1
    assert "90 days after the consultation it is deleted" in text_of(response)
    assert "12 months after the consultation it is made anonymous" in text_of(response)
    assert response.cookies == {}

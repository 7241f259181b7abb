"""The team corrects what a client said of themselves."""

import pytest
from django.contrib.admin.models import LogEntry

from consultations.models import Booking
from tests.consultations.test_admin_acting import act, page
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
RIGHT = {"name": "Zoë Müller", "email": "zoe@gmail.com", "channel": "phone", "phone": "020 7946 0018"}


@pytest.fixture
def booking():
    return make_booking(name="Zoe Muller", email="zoe@gmial.com")


def test_mistyped_address_is_put_right_and_the_client_told_there(admin_client, booking):
    assert "Correct the details" in text_of(admin_client.get(page(booking, "change/")))
    shown = parse(admin_client.get(page(booking, "correct/")))
    assert shown.find(".//input[@name='email']").get("value") == "zoe@gmial.com"
    said = act(admin_client, page(booking, "correct/"), RIGHT, follow=True).text
    assert "are corrected; the client is told by email" in said
    before, booking = booking, Booking.objects.get()
    assert (booking.client_name, booking.client_email) == ("Zoë Müller", "zoe@gmail.com")
    assert (booking.channel, booking.phone) == ("phone", "+442079460018")
    assert booking.link_nonce != before.link_nonce
    owed = booking.emails.filter(kind="booked", state="owed")
    assert [email.to for email in owed] == ["zoe@gmail.com"]
    kinds = booking.events.filter(actor__username="admin").values_list("kind", flat=True)
    assert set(kinds) == {"details_corrected", "address_corrected"}
    assert "oe" not in LogEntry.objects.get().change_message.replace("details", "")


def test_details_that_are_the_same_change_nothing(admin_client, booking):
    same = {
        "name": "Zoe Muller",
        "email": "zoe@gmial.com",
        "channel": "video",
        "phone": "",
        "email_checked": "zoe@gmial.com",
    }
    act(admin_client, page(booking, "correct/"), same, follow=True)
    assert booking.events.count() == 1
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Enter the client’s full name"),
        ({"email": ""}, "Enter the client’s email address"),
        ({"email": "zoe@gmial.com"}, "Did you mean zoe@gmail.com?"),
        ({"phone": ""}, "Enter a phone number, or choose a video call"),
    ],
)
def test_details_that_cannot_be_are_refused_and_kept(admin_client, booking, wrong, words):
    response = act(admin_client, page(booking, "correct/"), RIGHT | wrong)
    assert response.status_code == 422
    assert words in text_of(response)
    assert Booking.objects.get().client_name == "Zoe Muller"


def test_address_with_a_booking_in_the_way_is_refused(admin_client, booking):
    make_booking(make_consultation_type(), starts_at=TUESDAY_TEN, email="zoe@gmail.com")
    said = act(admin_client, page(booking, "correct/"), RIGHT, follow=True).text
    assert "another booking in the way" in said
    booking.refresh_from_db()
    assert booking.client_email == "zoe@gmial.com"

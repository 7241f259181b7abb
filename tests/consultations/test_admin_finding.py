"""How the team finds a client, through the lists of the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consultations.admin import finding
from consultations.models import Booking, BookingStatus, OutgoingEmail, says
from consultations.services.privacy import erase
from tests.consultations.test_waitlist import wait
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type
from tests.pages import parse

pytestmark = pytest.mark.django_db
BOOKINGS = "/admin/consultations/booking/"
WAITLIST = "/admin/consultations/waitlistentry/"
MAIL = "/admin/consultations/outgoingemail/"


@pytest.fixture
def rows(admin_client):
    """Return how many rows a list has for what was typed."""

    def count(address, text):
        response = admin_client.get(address, {"q": text})
        assert response.status_code == 200
        return len(parse(response).findall(".//table[@id='result_list']/tbody/tr"))

    return count


def make_two():
    """Make a booking with all that can be sought, and one of somebody else."""
    consultation_type = make_consultation_type()
    booking = make_booking(
        consultation_type, name="Zoë O'Brien-Łuk", email="Zoe.Brien@example.org", phone="+442079460018"
    )
    make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=1), phone="+33199001234")
    Booking.objects.filter(pk=booking.pk).update(reference="ABCD2345")


@pytest.mark.parametrize(
    "text",
    [
        *("Zoë", "zoe", "ZOE", "o'brien-łuk", "brien-luk", "luk zoe"),
        *("zoe.brien@example.org", "BRIEN@", "example.org"),
        *("+442079460018", "020 7946 0018", "+44 (0)20 7946 0018", "0044 20 79460018", "(020) 7946-0018", "0018"),
        *("ABCD2345", "abcd2345", "ABCD-2345", "ab-cd-23-45", "abcd 2345", "cd23"),
        *("zoe 020 7946 0018", "abcd brien"),
    ],
)
def test_booking_is_found_by_part_of_name_address_number_or_reference(rows, text):
    make_two()
    assert rows(BOOKINGS, text) == 1


@pytest.mark.parametrize("text", ["zoe amara", "%", "_", "\\", "zoebrien", "020 7946 0019", "orgabcd", "' OR 1=1 --"])
def test_booking_is_not_found_by_what_it_does_not_say(rows, text):
    make_two()
    assert rows(BOOKINGS, text) == 0


@pytest.mark.parametrize("text", ["", "   ", '"'])
def test_search_for_nothing_lists_all_bookings(rows, text):
    make_two()
    assert rows(BOOKINGS, text) == 2


def test_booking_of_an_erased_client_is_not_found_by_what_was_erased(rows):
    make_two()
    Booking.objects.update(status=BookingStatus.COMPLETED)
    erase("zoe.brien@example.org", now=timezone.now())
    assert [rows(BOOKINGS, text) for text in ("zoe", "brien", "79460018")] == [0, 0, 0]


def test_search_keeps_to_the_filters_of_the_list(admin_client):
    make_two()
    page = admin_client.get(BOOKINGS, {"q": "zoe", "status__exact": BookingStatus.COMPLETED})
    assert parse(page).find(".//table[@id='result_list']") is None


def test_search_that_finds_very_many_lists_the_newest_and_acts_on_no_others(admin_client, rows, monkeypatch):
    consultation_type = make_consultation_type(needs_approval=True)
    for hour in range(3):
        make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=hour), now=timezone.now())
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    assert rows(BOOKINGS, "amara") == 2
    chosen = {"action": "decline", "select_across": "1", "_selected_action": [Booking.objects.first().pk]}
    admin_client.post(f"{BOOKINGS}?q=amara", chosen)
    asked = Booking.objects.filter(status=BookingStatus.REQUESTED).get()
    assert asked.starts_at == TUESDAY_TEN


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize(("text", "queries"), [("", 7), ("amara", 5)])
def test_booking_list_takes_the_same_queries_however_many(
    admin_client, text, queries, count, django_assert_num_queries
):
    consultation_type = make_consultation_type()
    for n in range(count):
        make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(days=n // 10, minutes=30 * (n % 10)))
    with django_assert_num_queries(queries):
        admin_client.get(BOOKINGS, {"q": text} if text else {})


def test_part_of_a_booking_is_looked_for_in_the_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "booking_sought" in Booking.objects.filter(says("zoe 020 7946 0018")).order_by().explain()


@pytest.mark.parametrize(("text", "count"), [("AMÀRA whit", 1), ("@example", 1), ("zoe", 0), ("", 1)])
def test_waiting_client_is_found_by_part_of_name_or_address(rows, text, count):
    wait(make_consultation_type())
    assert rows(WAITLIST, text) == count


def test_mail_is_found_by_where_it_goes_and_by_whom_it_is_about(rows):
    make_two()
    [booking] = Booking.objects.filter(reference="ABCD2345")
    entry = wait(make_consultation_type())
    about = OutgoingEmail.objects.filter(booking=booking).count()
    assert about
    assert [rows(MAIL, text) for text in ("ABCD-2345", "zoë", "020 7946 0018")] == [about] * 3
    assert rows(MAIL, entry.client_email) == OutgoingEmail.objects.filter(to=entry.client_email).count()
    assert rows(MAIL, "nobody") == 0
    assert rows(MAIL, "") == OutgoingEmail.objects.count()

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from consultations.services.changes import cancel_booking
from consultations.services.privacy import erase
from consultations.services.waitlist import accept_offer
from tests.consultations.test_waitlist import wait
from tests.factories import NOW, make_booking, make_consultation_type
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def test_team_sees_who_waits_for_what_and_what_they_were_offered(admin_client):
    consultation_type = make_consultation_type()
    booking = make_booking(consultation_type)
    entry = wait(consultation_type, weekdays=[1, 3], parts_of_day=["morning"])
    cancel_booking(booking.pk, now=NOW)
    assert "Amara Whitfield" in text_of(admin_client.get("/admin/consultations/waitlistentry/"))
    words = text_of(admin_client.get(f"/admin/consultations/waitlistentry/{entry.pk}/change/"))
    assert "Tuesday, Thursday" in words
    assert "Mornings, before 12:00" in words
    assert "not answered yet" in words


@pytest.mark.parametrize("name", ["waitlistentry", "followup", "erasure", "retentionrun"])
def test_records_are_neither_added_nor_changed_by_hand(admin_client, name):
    erase("nobody@example.com", now=timezone.now())
    assert admin_client.get(f"/admin/consultations/{name}/").status_code == 200
    assert admin_client.get(f"/admin/consultations/{name}/add/").status_code == 403


def test_team_takes_somebody_off_the_list_who_asked_for_it(admin_client):
    consultation_type = make_consultation_type()
    booking, entry = make_booking(consultation_type), wait(consultation_type)
    nxt = wait(consultation_type, "next@example.com")
    cancel_booking(booking.pk, now=timezone.now())
    url = f"/admin/consultations/waitlistentry/{entry.pk}"
    assert "Take off the list" in text_of(admin_client.get(f"{url}/change/"))
    assert "will be offered no times" in text_of(admin_client.get(f"{url}/take-off/"))
    entry.refresh_from_db()
    assert entry.state == "waiting"
    assert "is off the list" in admin_client.post(f"{url}/take-off/", follow=True).text
    entry.refresh_from_db()
    assert (entry.state, entry.offers.get().outcome, nxt.offers.get().outcome) == ("left", "declined", "open")
    assert "Take off the list" not in text_of(admin_client.get(f"{url}/change/"))


def test_somebody_who_has_just_booked_is_not_said_to_be_off_the_list(admin_client):
    consultation_type = make_consultation_type()
    booking, entry = make_booking(consultation_type), wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    accept_offer(entry.pk, now=NOW)
    url = f"/admin/consultations/waitlistentry/{entry.pk}/take-off/"
    for send in (admin_client.get, admin_client.post):
        assert "is not waiting: booked" in send(url, follow=True).text
    assert not LogEntry.objects.exists()

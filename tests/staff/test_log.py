"""The log of what the team did: complete, without clients' names, and as it was written."""

from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations.models import Booking
from consultations.services.privacy import erase
from tests.consultations.intake import give
from tests.everything import HOUR, make_everything
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
LOG = "/admin/admin/logentry/"


@pytest.fixture
def booking(admin_user):
    """A booking to come of somebody the admin may read the answers of."""
    now = timezone.now()
    soon = now.replace(hour=10, minute=0, second=0, microsecond=0) + HOUR * 24 * 9
    nutritionist = make_nutritionist(user=admin_user)
    kind = make_consultation_type(nutritionist, slug="everything")
    booking = make_booking(kind, starts_at=soon, now=now, name="Canary Whitfield", email="canary@example.com")
    give(booking, now=now)
    return booking


def page_of(booking, act):
    return f"/admin/consultations/booking/{booking.pk}/{act}/"


def act(client, booking, name, **values):
    """Do something on a page of its own, as somebody who has just opened it."""
    seen = client.get(page_of(booking, name)).context.get("seen", "")
    assert client.post(page_of(booking, name), {"seen": seen, **values}).status_code in (200, 302)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("answers", {"why": "Canary asked me to"}, "Read the client’s answers."),
        ("note", {"text": "Canary prefers mornings", "key": uuid4()}, "Added an internal note."),
        ("cancel", {"reason": "Canary is away"}, "is cancelled"),
    ],
)
def test_what_is_done_to_a_booking_is_in_the_log_without_its_client(admin_client, booking, name, values, words):
    act(admin_client, booking, name, **values)
    [entry] = LogEntry.objects.all()
    said = text_of(admin_client.get(LOG))
    assert words in said
    assert booking.reference in said
    assert "anary" not in f"{entry.object_repr}{entry.change_message}"


def test_actions_on_several_bookings_are_in_the_log_one_by_one(admin_client, admin_user):
    make_everything(admin_user)
    over = [booking for booking in Booking.objects.filter(status="confirmed") if booking.ends_at < timezone.now()]
    values = {"action": "took_place", "_selected_action": [booking.pk for booking in over]}
    admin_client.post("/admin/consultations/booking/", values)
    lines = LogEntry.objects.filter(change_message__contains="took place").values_list("object_repr", flat=True)
    assert set(lines) == {booking.reference for booking in over}


def test_erasing_a_client_leaves_the_log_as_it_is(admin_client, booking):
    act(admin_client, booking, "answers", why="To prepare")
    before = list(LogEntry.objects.values())
    erase("canary@example.com", now=timezone.now())
    assert list(LogEntry.objects.values()) == before


def test_log_can_neither_be_changed_nor_deleted(admin_client, booking):
    act(admin_client, booking, "answers", why="To prepare")
    for change in (lambda lines: lines.update(change_message=""), lambda lines: lines.delete()):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            change(LogEntry.objects.all())


def test_log_is_filtered_searched_and_exported(admin_client, admin_user, booking, django_user_model):
    act(admin_client, booking, "answers", why="To prepare")
    other = django_user_model.objects.create_user("priya", is_staff=True)
    LogEntry.objects.log_actions(other.pk, [make_nutritionist(name="Nia")], 1, "", single_object=True)
    rows = parse(admin_client.get(f"{LOG}?user__id__exact={other.pk}")).findall(".//table[@id='result_list']/tbody/tr")
    assert [["".join(cell.itertext()) for cell in row][-4:] for row in rows] == [
        ["Added.", "Nia", "priya", "nutritionist"]
    ]
    assert "Nia" not in text_of(admin_client.get(f"{LOG}?q={booking.reference}"))
    address = f"{LOG}export/?q={booking.reference}"
    response = admin_client.post(address, {"what": "probio.log", "format": "csv"})
    [heading, line] = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert heading == "when,who,what they did,kind,about"
    assert line.endswith(f"admin,Read the client’s answers.,booking,{booking.reference}")


def test_exports_name_no_client_and_time_off_no_reason(admin_client, booking):
    address = "/admin/consultations/booking/export/?client_email=canary@example.com&status__exact=confirmed"
    admin_client.post(address, {"what": "consultations.bookings", "format": "csv"})
    day = {"nutritionist": booking.nutritionist_id, "starts_at": "2999-01-05T00:00", "ends_at": "2999-01-06T00:00"}
    admin_client.post("/admin/consultations/timeoff/add/", {**day, "reason": "Canary in hospital", "applies": "on"})
    exported, closed = LogEntry.objects.order_by("pk")
    assert exported.change_message == "Exported 1 rows as CSV (client_email=…, status__exact=confirmed)."
    assert "anary" not in f"{closed.object_repr}{closed.change_message}"

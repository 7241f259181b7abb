import json
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from consultations import emails, outbox
from consultations.models import (
    Booking,
    BookingStatus,
    EmailKind,
    Erasure,
    IntakeAnswers,
    OutgoingEmail,
    SlotClaim,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistState,
)
from consultations.services import privacy
from consultations.services.changes import cancel_booking
from tests.consultations.intake import give
from tests.consultations.test_waitlist import wait
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
CANARY = "amara-canary"
ADDRESS = f"{CANARY}@example.com"


def everything_stored():
    """Return every text the consultations and the admin's log hold, as one string."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("consultations_", "django_admin_log")):
                cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608 (tables of ours)
                found += [row for (row,) in cursor]
    return "\n".join(found)


@pytest.fixture
def client_of_many_rows():
    """A client with a booking to come, a cancelled one, answers, a note, a place on a list and lines in the admin."""
    consultation_type = make_consultation_type()
    cancelled = make_booking(consultation_type, name=CANARY, email=ADDRESS)
    cancel_booking(cancelled.pk, reason=f"{CANARY} is away", now=NOW)
    booking = make_booking(
        consultation_type,
        starts_at=TUESDAY_TEN + timedelta(days=1),
        name=f"{CANARY} Whitfield",
        email=ADDRESS,
        notes=f"{CANARY} asks",
        channel="phone",
        phone="+442079460018",
    )
    give(booking, f"{CANARY} eats oats")
    wait(make_consultation_type(), ADDRESS)
    return booking


def test_export_holds_everything_about_the_mailbox_and_nothing_about_others(client_of_many_rows):
    other = make_booking(make_consultation_type(), name="Ben Osei", email="ben@example.com")
    exported = json.loads(json.dumps(privacy.export(ADDRESS), cls=DjangoJSONEncoder))
    assert [one["status"] for one in exported["bookings"]] == ["cancelled by the client", "confirmed"]
    assert exported["bookings"][0]["history"][-1]["reason"] == f"{CANARY} is away"
    booking = exported["bookings"][1]
    assert (booking["name"], booking["note"], booking["phone"]) == (
        f"{CANARY} Whitfield",
        f"{CANARY} asks",
        "+442079460018",
    )
    assert [answer["answer"] for answer in booking["health_answers"]] == [f"{CANARY} eats oats"]
    assert {consent["purpose"] for consent in booking["consents"]} == {
        "holding the consultation",
        "storing health answers",
    }
    assert [entry["state"] for entry in exported["waiting_list"]] == ["waiting"]
    assert {message["to"] for message in exported["messages"]} == {ADDRESS}
    assert other.reference not in json.dumps(exported)


def test_erasing_leaves_no_trace_of_the_client_once_the_last_message_has_left(client_of_many_rows, caplog, mailbox):
    assert CANARY in everything_stored()
    privacy.erase(ADDRESS, now=timezone.now())
    [farewell] = OutgoingEmail.objects.filter(to=ADDRESS)
    outbox.deliver(farewell.pk)
    [envelope] = mailbox.messages
    assert envelope.rcpt_tos == [ADDRESS]
    assert CANARY not in everything_stored()
    assert "+442079460018" not in everything_stored()
    assert not [one for one in caplog.records if CANARY in one.getMessage() and one.name != "mail.log"]
    assert "erasure" in caplog.text


def test_erasing_keeps_what_is_counted_and_gives_the_time_to_come_back(client_of_many_rows):
    booking = client_of_many_rows
    waiting = wait(booking.consultation_type, "ben@example.com")
    privacy.erase(ADDRESS, now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.redacted_at) == (BookingStatus.CANCELLED_BY_CLIENT, NOW)
    assert Booking.objects.count() == 2
    assert WaitlistOffer.objects.get().entry == waiting
    assert WaitlistEntry.objects.exclude(pk=waiting.pk).get().state == WaitlistState.LEFT
    assert not IntakeAnswers.objects.exists()
    assert {email.entry for email in OutgoingEmail.objects.exclude(kind="data_erased")} == {waiting}


def test_erasing_removes_the_links_that_were_asked_for(client_of_many_rows):
    for address in (ADDRESS, "ben@example.com"):
        outbox.owe_link(address, now=NOW)
    privacy.erase(ADDRESS, now=NOW)
    assert OutgoingEmail.objects.get(kind=EmailKind.YOUR_LINK).to == "ben@example.com"


def test_erasing_twice_and_erasing_nobody_are_harmless(client_of_many_rows):
    for mailbox in (ADDRESS, ADDRESS, "nobody@example.com"):
        privacy.erase(mailbox, now=NOW)
    assert [len(erasure.bookings) for erasure in Erasure.objects.order_by("pk")] == [2, 0, 0]


def test_erased_client_may_book_again(client_of_many_rows):
    privacy.erase(ADDRESS, now=NOW)
    again = make_booking(client_of_many_rows.consultation_type, email=ADDRESS)
    assert again.client_email == ADDRESS


def test_erasures_are_replayed_after_a_restore_has_brought_rows_back(client_of_many_rows, tmp_path):
    booking = client_of_many_rows
    privacy.erase(ADDRESS, now=NOW)
    out = StringIO()
    call_command("replay_erasures", stdout=out)
    file = tmp_path / "erasures.jsonl"
    file.write_text(out.getvalue())
    assert CANARY not in out.getvalue()
    Booking.objects.filter(pk=booking.pk).update(client_name=CANARY, client_email=ADDRESS, redacted_at=None)
    for words in ("1 rows erased again", "0 rows erased again"):
        out = StringIO()
        call_command("replay_erasures", str(file), stdout=out)
        assert out.getvalue().strip() == words
    OutgoingEmail.objects.all().delete()
    assert CANARY not in everything_stored()


@pytest.mark.parametrize("content", ["nonsense", '{"bookings": 1}', '{"bookings": ["x"], "entries": []}', "[]"])
def test_file_that_holds_no_erasures_is_refused_in_a_line(tmp_path, content):
    file = tmp_path / "erasures.jsonl"
    file.write_text(content)
    with pytest.raises(CommandError, match="cannot be read as erasures"):
        call_command("replay_erasures", str(file))


def test_hold_of_the_erased_client_tells_no_address_apart(client_of_many_rows):
    privacy.erase(ADDRESS, now=NOW)
    assert set(SlotClaim.objects.values_list("client_hash", flat=True)) == {""}


def test_other_spellings_of_the_mailbox_are_neither_shown_nor_erased():
    make_booking(make_consultation_type(), name="Amara", email="amara@example.com")
    make_booking(make_consultation_type(), name="Eve", email="amara+eve@example.com", starts_at=TUESDAY_TEN + HOUR)
    assert [one["name"] for one in privacy.export("amara+eve@example.com")["bookings"]] == ["Eve"]
    privacy.erase("amara+eve@example.com", now=NOW)
    assert list(Booking.objects.filter(redacted_at=None).values_list("client_name", flat=True)) == ["Amara"]


def test_erasing_still_tells_the_nutritionist_that_the_time_is_free():
    user = get_user_model().objects.create_user("priya", email="priya@example.com")
    booking = make_booking(make_consultation_type(make_nutritionist(user=user)), name=CANARY, email=ADDRESS)
    privacy.erase(ADDRESS, now=NOW)
    email = OutgoingEmail.objects.get(kind="staff_cancelled")
    assert CANARY not in emails.compose(email).body
    assert booking.reference in emails.compose(email).body


def test_export_of_answers_no_key_opens_says_so(settings):
    booking = make_booking(email=ADDRESS)
    give(booking)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    [answer] = privacy.export(ADDRESS)["bookings"][0]["health_answers"]
    assert "no key of this site opens them" in answer["answer"]

import json
import uuid
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction

from consultations import emails
from consultations.exceptions import Erased
from consultations.invites import invite
from consultations.links import manage_path
from consultations.models import BookingNote, OutgoingEmail
from consultations.services import privacy
from consultations.services.notes import add_note
from tests.consultations.test_admin_acting import page
from tests.factories import NOW, make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

WORDS = "Speaks with a zeisig accent."


@pytest.fixture
def booking():
    return make_booking(email="amara@example.com")


@pytest.fixture
def note(booking, admin_user):
    return add_note(booking.pk, WORDS, by=admin_user, key=uuid.uuid4(), now=NOW)


def staff(client, *codenames):
    user = get_user_model().objects.create_user("nell", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", *codenames]))
    client.force_login(user)
    return user


def test_team_adds_a_note_and_reads_it_on_the_booking(client, booking):
    user = staff(client, "add_bookingnote", "view_bookingnote")
    assert "None yet." in text_of(client.get(page(booking, "change/")))
    form = client.get(page(booking, "note/"))
    [key] = [one.get("value") for one in parse(form).iter("input") if one.get("name") == "key"]
    responses = [client.post(page(booking, "note/"), {"text": WORDS, "key": key}, follow=True) for _ in range(2)]
    assert WORDS in text_of(responses[0])
    [note] = BookingNote.objects.all()
    assert (note.booking, note.author, note.text) == (booking, user, WORDS)


def test_empty_note_is_asked_for(admin_client, booking):
    response = admin_client.post(page(booking, "note/"), {"text": " ", "key": str(uuid.uuid4())})
    assert response.status_code == 422
    assert "Write the note." in text_of(response)
    assert not BookingNote.objects.exists()


def test_notes_have_permissions_of_their_own(client, booking, note):
    user = staff(client, "change_booking")
    words = client.get(page(booking, "change/")).text
    assert (WORDS in words, "Internal notes" in words) == (False, False)
    assert client.get(page(booking, "note/")).status_code == 403
    assert client.post(page(booking, "note/"), {"text": "x", "key": str(uuid.uuid4())}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="add_bookingnote"))
    words = client.get(page(booking, "change/")).text
    assert (WORDS in words, "Add a note" in words) == (False, True)
    assert client.get(page(booking, "note/")).status_code == 200
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "view_bookingnote"]))
    words = client.get(page(booking, "change/")).text
    assert (WORDS in words, "Add a note" in words) == (True, False)


def test_note_is_in_no_mail_calendar_file_or_client_page(client, booking, note):
    assert WORDS.encode() not in invite(booking)
    for email in OutgoingEmail.objects.all():
        message = emails.compose(email)
        assert WORDS not in message.message().as_string()
    for name in ("", "data/"):
        assert WORDS not in client.get(manage_path(booking) + name).text


def test_client_is_told_of_notes_and_given_them_with_their_data(booking, note, client):
    assert "The team has written notes" in client.get(manage_path(booking) + "data/").text
    exported = json.loads(json.dumps(privacy.export("amara@example.com"), cls=DjangoJSONEncoder))
    assert exported["bookings"][0]["team_notes"] == [{"at": "2027-01-04T08:00:00Z", "note": WORDS}]


def test_note_lies_encrypted_and_goes_with_its_client(booking, note, admin_user):
    with connection.cursor() as cursor:
        cursor.execute("SELECT written::text FROM consultations_bookingnote")
        assert "zeisig" not in cursor.fetchone()[0]
    privacy.erase("amara@example.com", now=NOW + timedelta(hours=1))
    assert not BookingNote.objects.exists()
    with pytest.raises(Erased):
        add_note(booking.pk, WORDS, by=admin_user, key=uuid.uuid4(), now=NOW)


def test_database_keeps_notes_as_they_were_written(booking, note):
    rows = BookingNote.objects.filter(pk=note.pk)
    for change in (rows.delete, lambda: rows.update(at=NOW + timedelta(days=1))):
        with pytest.raises(DatabaseError, match="internal note is never changed"), transaction.atomic():
            change()


def test_note_is_encrypted_anew_with_a_new_key(booking, note, settings):
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]
    assert BookingNote.objects.get().text == WORDS


def test_booking_opens_when_no_key_opens_its_notes(admin_client, booking, note, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert "No key of this site opens these notes" in text_of(admin_client.get(page(booking, "change/")))
    [given] = privacy.export("amara@example.com")["bookings"][0]["team_notes"]
    assert "no key of this site opens them" in given["note"]

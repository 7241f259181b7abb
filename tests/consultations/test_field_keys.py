import os
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from consultations import consents
from consultations.models import Booking, BookingStatus, ClaimKind, Consent, ConsentText, IntakeAnswers, SlotClaim
from consultations.services import keys
from tests.conftest import wait_for
from tests.consultations.intake import give, publish
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
MANY, HALF = 10_000, 5_000
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def field_keys(settings):
    def use(*keys):
        settings.FIELD_KEYS = list(keys)

    return use


def tokens():
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM consultations_intakeanswers ORDER BY id")
        return [token for (token,) in cursor.fetchall()]


@pytest.mark.django_db
def test_rotation_encrypts_with_the_first_key_and_the_old_one_can_go(field_keys, capsys):
    field_keys(OLD)
    version = publish()
    for words in ("Bloating", "Naïveté 🥣"):
        give(make_booking(), words, version=version)
    field_keys(NEW, OLD)
    give(make_booking(), "New already", version=version)
    call_command("rotate_field_keys")
    assert capsys.readouterr().out == "2 encrypted with the first key\n"
    field_keys(NEW)
    answers = [list(given.answers.values()) for given in IntakeAnswers.objects.order_by("pk")]
    assert answers == [["Bloating"], ["Naïveté 🥣"], ["New already"]]


@pytest.mark.django_db
def test_rotation_run_again_changes_nothing(field_keys, capsys):
    field_keys(OLD)
    give(make_booking())
    field_keys(NEW, OLD)
    call_command("rotate_field_keys")
    before = tokens()
    call_command("rotate_field_keys")
    assert capsys.readouterr().out.splitlines()[-1] == "0 encrypted with the first key"
    assert tokens() == before


@pytest.mark.django_db
def test_rotation_in_a_dry_run_counts_and_writes_nothing(field_keys, capsys):
    field_keys(OLD)
    give(make_booking())
    field_keys(NEW, OLD)
    before = tokens()
    call_command("rotate_field_keys", dry_run=True)
    assert capsys.readouterr().out == "1 to encrypt with the first key\n"
    assert tokens() == before


@pytest.mark.django_db
def test_rotation_goes_past_what_no_key_opens_and_names_it(field_keys, monkeypatch):
    monkeypatch.setattr(keys, "BATCH", 1)
    version, lost = publish(), make_booking()
    field_keys(Fernet.generate_key().decode())
    row = give(lost, version=version)
    field_keys(OLD)
    give(make_booking(), "Still here", version=version)
    field_keys(NEW, OLD)
    with pytest.raises(CommandError, match=f"no key opens 1; keep every old key: .*row {row.pk}"):
        call_command("rotate_field_keys")
    field_keys(NEW)
    assert list(IntakeAnswers.objects.exclude(pk=row.pk).get().answers.values()) == ["Still here"]


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_answers_survive_a_rotation_killed_half_way(field_keys):
    field_keys(OLD)
    write_many_answers()
    field_keys(NEW, OLD)
    middle = IntakeAnswers.objects.order_by("pk").values_list("pk", flat=True)[HALF]
    with transaction.atomic():  # the lock stops the rotation in the middle
        list(IntakeAnswers.objects.filter(pk=middle).select_for_update().values_list("pk"))
        rotation = start_rotation()
        wait_for(lambda: count_new() == HALF, seconds=60, what="half of the answers to be encrypted anew")
        rotation.kill()  # as kill -9 does
        rotation.communicate()
    assert count_new() == HALF
    assert len([given.answers for given in IntakeAnswers.objects.all()]) == MANY  # both keys: nothing is unreadable
    again = start_rotation()
    words, _ = again.communicate(timeout=120)
    assert (again.returncode, words.split()[0]) == (0, str(MANY - HALF))
    field_keys(NEW)
    assert {given.answers["q1"] for given in IntakeAnswers.objects.all()} == {f"Answer {n}" for n in range(MANY)}


def write_many_answers():
    """Bookings by the thousand, each in a half hour of its own, as the services would have left them."""
    nutritionist, version, words = make_nutritionist(), publish(), consents.health(90)
    consultation_type = make_consultation_type(nutritionist)
    starts = [NOW + n * HALF_HOUR for n in range(MANY)]
    who = {"nutritionist": nutritionist, "created_at": NOW}
    claims = SlotClaim.objects.bulk_create(
        SlotClaim(starts_at=start, blocked_until=start + HALF_HOUR, kind=ClaimKind.BOOKING, **who) for start in starts
    )
    bookings = Booking.objects.bulk_create(
        Booking(
            **who,
            consultation_type=consultation_type,
            claim=claim,
            starts_at=claim.starts_at,
            ends_at=claim.blocked_until,
            status=BookingStatus.COMPLETED,
            idempotency_key=uuid4(),
            client_name="Amara",
            client_email=f"{n}@example.com",
            email_normalised=f"{n}@example.com",
        )
        for n, claim in enumerate(claims)
    )
    ConsentText.objects.create(sha256=words.sha256, purpose="health", version=1, wording=words.wording)
    agreed = Consent.objects.bulk_create(
        Consent(booking=one, purpose="health", text_id=words.sha256, channel="manage_link", granted_at=NOW)
        for one in bookings
    )
    times = {"kept_for": timedelta(days=90), "created_at": NOW, "changed_at": NOW}
    IntakeAnswers.objects.bulk_create(
        IntakeAnswers(booking=one.booking, consent=one, version=version, answers={"q1": f"Answer {n}"}, **times)
        for n, one in enumerate(agreed)
    )


def count_new():
    return sum(keys.renew(token) is None for token in tokens())


def start_rotation():
    name = django_settings.DATABASES["default"]["NAME"]
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    environment = {**os.environ, "DATABASE_URL": database, "FIELD_KEYS": f"{NEW},{OLD}"}
    command = [sys.executable, "manage.py", "rotate_field_keys"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

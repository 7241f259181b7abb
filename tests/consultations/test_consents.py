import hashlib

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from consultations import consents
from consultations.models import Consent, ConsentChannel, ConsentText
from consultations.services.consents import record_consents
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

# Clients agreed to these words. A new wording gets a new version here and in consents.py; an old line never changes.
AGREED = {
    ("service", 1): "f1312ae0cd9ceea78e74311ce2ed0eb3843d16090711e59d571c484a7a5df174",
    ("marketing", 1): "0302df521e8c0ea7315bdb3b0490063e59e56af3d3f3efcd304aee8a8a8f6dcc",
    ("health", 1): "f69cf6ac847ff88be86eeb2caf0b8b60a47ece781ee08e7f342683c5c1e04ef3",
}


@pytest.mark.parametrize("words", [consents.SERVICE, consents.MARKETING, consents.health(90)], ids=lambda w: w.purpose)
def test_wording_of_a_version_never_changes(words):
    assert AGREED[words.purpose, words.version] == words.sha256


def test_booking_keeps_the_exact_words_under_their_hash_with_time_and_channel():
    [consent] = make_booking().consents.all()
    assert (consent.granted_at, consent.channel) == (NOW, ConsentChannel.BOOKING_FORM)
    assert consent.text.wording == consents.SERVICE.wording
    assert consent.text_id == hashlib.sha256(consents.SERVICE.wording.encode()).hexdigest()


def test_words_agreed_to_many_times_are_stored_once():
    make_booking()
    make_booking()
    assert (Consent.objects.count(), ConsentText.objects.count()) == (2, 1)


@pytest.mark.parametrize("change", [lambda texts: texts.update(version=2), lambda texts: texts.delete()])
def test_words_somebody_agreed_to_are_neither_changed_nor_deleted(change):
    make_booking().consents.all()
    ConsentText.objects.create(
        sha256=consents.MARKETING.sha256, purpose="marketing", version=1, wording=consents.MARKETING.wording
    )
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        change(ConsentText.objects.filter(purpose="marketing"))


def test_words_under_another_hash_are_refused_by_the_database():
    with pytest.raises(IntegrityError, match="consenttext_hash_is_its_own"), transaction.atomic():
        ConsentText.objects.create(sha256=consents.SERVICE.sha256, purpose="service", version=1, wording="Other words.")


def test_consent_in_words_of_another_purpose_is_refused_by_the_database():
    booking = make_booking()
    with pytest.raises(IntegrityError, match="consent_text_is_of_its_purpose"), transaction.atomic():
        Consent.objects.create(
            booking=booking,
            purpose="health",
            text_id=consents.SERVICE.sha256,
            channel=ConsentChannel.MANAGE_LINK,
            granted_at=NOW,
        )


def test_same_purpose_is_agreed_to_once():
    booking = make_booking()
    with pytest.raises(IntegrityError, match="consent_once_a_purpose"), transaction.atomic():
        record_consents(booking, [consents.SERVICE], channel=ConsentChannel.MANAGE_LINK, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_migrations_keep_the_words_of_earlier_consents_both_ways():
    booking = make_booking()
    before = ("consultations", "0011_move_cancel_and_wait")
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("consultations")
    try:
        MigrationExecutor(connection).migrate([before])
        with connection.cursor() as cursor:
            cursor.execute("SELECT wording FROM consultations_consent WHERE booking_id = %s", [booking.pk])
            assert cursor.fetchall() == [(consents.SERVICE.wording,)]
    finally:
        MigrationExecutor(connection).migrate(newest)
    [consent] = booking.consents.all()
    assert (consent.text_id, consent.channel) == (consents.SERVICE.sha256, ConsentChannel.BOOKING_FORM)

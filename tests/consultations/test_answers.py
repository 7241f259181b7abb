from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction

from consultations import consents
from consultations.encryption import DecryptionError
from consultations.exceptions import NotActive
from consultations.models import AnswersLook, Consent, IntakeAnswers
from consultations.services import retention
from consultations.services.answers import (
    MayNotRead,
    look_at_answers,
    withdraw_answers,
)
from consultations.services.booking import Slot
from consultations.services.changes import cancel_booking, move_booking
from consultations.services.requests import decline_request
from tests.consultations.intake import HEALTH, give, publish, publish_every_kind
from tests.factories import NOW, make_booking, make_consultation_type

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def delete_expired(now):
    [step] = [step for step in retention.STEPS if step.name == "intake answers"]
    return retention.run(step, now=now)


def health_consents(booking):
    return list(booking.consents.filter(purpose="health"))


@pytest.fixture
def make_user(django_user_model):
    def make(name, *, may_read=True, **values):
        user = django_user_model.objects.create_user(name, is_staff=True, **values)
        if may_read:
            user.user_permissions.add(Permission.objects.get(codename="read_answers"))
        return user

    return make


# Giving


def test_answers_are_stored_with_their_version_and_consent_and_encrypted():
    booking, version = make_booking(), publish()
    given = give(booking, version=version)
    [consent] = health_consents(booking)
    assert (given.version, given.consent, given.kept_for) == (version, consent, timedelta(days=90))
    assert (consent.granted_at, consent.channel, consent.text.wording) == (NOW, "manage_link", HEALTH.wording)
    assert IntakeAnswers.objects.get().answers == {version.asked[0].key: "Bloating after meals"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM consultations_intakeanswers")
        assert "Bloating" not in cursor.fetchone()[0]


def test_answers_given_again_replace_the_first_on_the_same_consent():
    booking, version = make_booking(), publish()
    first = give(booking, version=version)
    give(booking, "Nothing, thank you", version=version, now=NOW + DAY / 2)
    given = IntakeAnswers.objects.get()
    assert list(given.answers.values()) == ["Nothing, thank you"]
    assert (given.created_at, given.changed_at, given.consent) == (NOW, NOW + DAY / 2, first.consent)
    assert len(health_consents(booking)) == 1


def test_answers_given_under_other_words_stand_on_a_new_consent(settings):
    booking, version = make_booking(), publish()
    give(booking, version=version)
    settings.ANSWERS_KEPT_DAYS = 30
    given = give(booking, version=version, agreed=consents.health(30), now=NOW + DAY / 2)
    first, second = health_consents(booking)
    assert (first.withdrawn_at, second.withdrawn_at) == (NOW + DAY / 2, None)
    assert (given.consent, given.kept_for) == (second, timedelta(days=30))


def test_answers_are_not_wanted_when_the_consultation_will_not_be():
    booking = make_booking(make_consultation_type(needs_approval=True))
    decline_request(booking.pk, by=None, now=NOW)
    with pytest.raises(NotActive):
        give(booking)
    assert health_consents(booking) == []


def test_answers_are_wanted_until_the_consultation_ends():
    booking, version = make_booking(), publish()
    give(booking, version=version, now=booking.ends_at - timedelta(minutes=1))
    with pytest.raises(NotActive):
        give(booking, version=version, now=booking.ends_at)


# Withdrawing


def test_withdrawal_erases_the_answers_and_is_noted_on_the_consent():
    booking = make_booking()
    give(booking)
    assert withdraw_answers(booking, now=NOW + DAY)
    assert not IntakeAnswers.objects.exists()
    assert [consent.withdrawn_at for consent in health_consents(booking)] == [NOW + DAY]
    assert not withdraw_answers(booking, now=NOW + 2 * DAY)
    assert [consent.withdrawn_at for consent in health_consents(booking)] == [NOW + DAY]


def test_withdrawal_touches_no_other_booking_and_no_other_consent():
    booking, other, version = make_booking(), make_booking(), publish()
    give(booking, version=version)
    give(other, version=version)
    withdraw_answers(booking, now=NOW)
    assert IntakeAnswers.objects.get().booking == other
    assert booking.consents.get(purpose="service").withdrawn_at is None


def test_answers_can_be_given_anew_after_a_withdrawal():
    booking, version = make_booking(), publish()
    give(booking, version=version)
    withdraw_answers(booking, now=NOW)
    give(booking, "On second thoughts", version=version)
    assert [consent.withdrawn_at for consent in health_consents(booking)] == [NOW, None]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda given: Consent.objects.filter(pk=given.consent_id).update(withdrawn_at=NOW),
        lambda given: IntakeAnswers.objects.update(consent=given.booking.consents.get(purpose="service")),
        lambda given: IntakeAnswers.objects.update(booking=make_booking()),
    ],
)
def test_answers_without_a_standing_consent_of_their_booking_are_refused_at_the_commit(change):
    given = give(make_booking())
    with pytest.raises(IntegrityError, match="answers are kept on a consent that stands"):
        change(given)


# Deleting in time


def test_answers_go_ninety_days_after_the_consultation_and_their_consent_stays():
    booking = make_booking()
    give(booking)
    end = booking.ends_at + timedelta(days=90)
    assert delete_expired(end - timedelta(seconds=1)) == 0
    assert delete_expired(end) == 1
    assert [consent.withdrawn_at for consent in health_consents(booking)] == [None]


def test_answers_are_kept_for_ninety_days_after_the_day_a_consultation_was_moved_to():
    booking = make_booking()
    give(booking)
    move_booking(booking.pk, Slot(booking.consultation_type, booking.starts_at + DAY), now=NOW)
    first_end = booking.ends_at + timedelta(days=90)
    assert delete_expired(first_end) == 0
    assert delete_expired(first_end + DAY) == 1


def test_answers_for_a_cancelled_consultation_go_at_once():
    booking = make_booking()
    give(booking)
    cancel_booking(booking.pk, now=NOW)
    assert delete_expired(NOW) == 1


def test_answers_are_kept_as_long_as_was_promised_whatever_the_setting_says_later(settings):
    booking = make_booking()
    give(booking)
    settings.ANSWERS_KEPT_DAYS = 365
    assert delete_expired(booking.ends_at + timedelta(days=90)) == 1


def test_answers_for_a_consultation_that_will_not_be_go_at_once():
    booking = make_booking(make_consultation_type(needs_approval=True))
    give(booking)
    assert delete_expired(NOW) == 0
    decline_request(booking.pk, by=None, now=NOW)
    assert delete_expired(NOW) == 1


# Looking


def test_nutritionist_reads_the_answers_as_they_were_asked_and_that_is_on_record(make_user):
    booking, version, nia = make_booking(), publish_every_kind(), make_user("nia")
    give(booking, version=version)
    booking.nutritionist.user = nia
    booking.nutritionist.save()
    shown = look_at_answers(booking, by=nia, why=" To prepare ", now=NOW)
    assert [(question.question, answer) for question, answer in shown] == [
        ("What would you like to talk about?", "Bloating after meals"),
        ("How do you eat?", ""),
        ("Do you take supplements?", ""),
    ]
    look = AnswersLook.objects.get()
    assert (look.booking, look.by, look.at, look.why) == (booking, nia, NOW, "To prepare")


def test_named_deputy_reads_the_answers(make_user):
    booking, deputy = make_booking(), make_user("deputy")
    give(booking)
    booking.nutritionist.deputies.add(deputy)
    assert look_at_answers(booking, by=deputy, why="Standing in", now=NOW)[0][1] == "Bloating after meals"


@pytest.mark.parametrize(
    "values",
    [
        {"may_read": False},
        {"is_active": False},
        {"is_superuser": True, "is_deputy": False},
        {"is_deputy": False},
    ],
    ids=["without the permission", "left the team", "superuser not named", "not named"],
)
def test_nobody_else_reads_answers_and_nothing_is_shown_or_logged_as_seen(make_user, caplog, values):
    booking, is_deputy = make_booking(), values.pop("is_deputy", True)
    user = make_user("somebody", **values)
    give(booking)
    if is_deputy:
        booking.nutritionist.deputies.add(user)
    with pytest.raises(MayNotRead):
        look_at_answers(booking, by=user, why="Curious", now=NOW)
    assert not AnswersLook.objects.exists()
    assert f"user {user.pk} asked for the answers of booking {booking.pk}" in caplog.text


def test_look_without_a_reason_is_refused(make_user):
    booking, deputy = make_booking(), make_user("deputy")
    give(booking)
    booking.nutritionist.deputies.add(deputy)
    with pytest.raises(ValueError, match="reason"):
        look_at_answers(booking, by=deputy, why="  ", now=NOW)


@pytest.mark.parametrize("change", [lambda looks: looks.update(why="Other"), lambda looks: looks.delete()])
def test_look_is_neither_changed_nor_deleted_within_two_years(admin_user, change):
    AnswersLook.objects.create(booking=make_booking(), by=admin_user, at=NOW, why="To prepare")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(AnswersLook.objects.all())


def test_look_of_more_than_two_years_ago_may_be_deleted(admin_user):
    long_ago = NOW - timedelta(days=5 * 366)
    AnswersLook.objects.create(booking=make_booking(), by=admin_user, at=long_ago, why="To prepare")
    assert AnswersLook.objects.all().delete()[0] == 1


# The column


def test_answers_no_key_opens_can_be_given_anew_withdrawn_and_deleted(settings):
    booking, other, version = make_booking(), make_booking(), publish()
    for one in (booking, other):
        give(one, version=version)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert list(give(booking, "Once more", version=version).answers.values()) == ["Once more"]
    assert withdraw_answers(booking, now=NOW)
    assert delete_expired(other.ends_at + timedelta(days=90)) == 1


def test_answers_no_key_opens_are_never_shown(settings, make_user):
    booking, deputy = make_booking(), make_user("deputy")
    give(booking)
    booking.nutritionist.deputies.add(deputy)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DecryptionError):
        look_at_answers(booking, by=deputy, why="To prepare", now=NOW)


def test_answers_show_in_no_repr_and_cannot_be_searched():
    given = give(make_booking())
    given.refresh_from_db()
    assert "Bloating" not in f"{given!r} {given} {given.answers!r} {vars(given)!r}"
    for lookup in ("answers", "answers__contains", "answers__icontains"):
        with pytest.raises(FieldError, match="cannot be searched"):
            IntakeAnswers.objects.filter(**{lookup: "Bloating"})


def test_answers_kept_for_no_time_are_refused_by_the_database():
    given = give(make_booking())
    with pytest.raises(IntegrityError, match="intakeanswers_kept_for_a_while"), transaction.atomic():
        IntakeAnswers.objects.filter(pk=given.pk).update(kept_for=timedelta(0))

"""Intake answers: give them, withdraw them, read them on record, delete them in time.

Whatever handles answers here hides its variables from error reports; answers are never logged or put into the queue.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from consultations.consents import ConsentWords
from consultations.encryption import Unseen
from consultations.exceptions import ConsultationError, NotActive
from consultations.models import (
    AnswersLook,
    AskedQuestion,
    Booking,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    IntakeAnswers,
    QuestionnaireVersion,
)
from consultations.services.claims import taking_time
from consultations.services.consents import record_consents

logger = logging.getLogger(__name__)


class MayNotRead(ConsultationError):
    """Somebody who is neither the booking's nutritionist nor a deputy, or lacks the permission, asked for answers."""


@sensitive_variables()
def give_answers(
    booking: Booking,
    answers: Mapping[str, str],
    *,
    version: QuestionnaireVersion,
    agreed: ConsentWords,
    channel: ConsentChannel,
    now: datetime,
) -> None:
    """Store a client's answers, encrypted, together with the consent to that; those given before are replaced.

    answers: {AskedQuestion.key: words, not empty}, of the version that was asked. agreed: the words the client was
    shown and said yes to in this step. A consent already given in the same words stands. Locks the booking. Raises
    NotActive when the consultation is over or will not be, and Busy.
    """
    with taking_time():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
        if not booking.is_active or booking.ends_at <= now:
            raise NotActive
        consent = _standing_consents(booking).first()
        if consent is None or consent.text_id != agreed.sha256:
            _standing_consents(booking).update(withdrawn_at=now)
            [consent] = record_consents(booking, [agreed], channel=channel, now=now)
        values = {
            "version": version,
            "consent": consent,
            "answers": Unseen(answers),
            "kept_for": timedelta(days=settings.ANSWERS_KEPT_DAYS),
            "changed_at": now,
        }
        # Written without reading the old ones first: they may be what no key opens any more.
        if not IntakeAnswers.objects.filter(booking=booking).update(**values):
            IntakeAnswers.objects.create(booking=booking, created_at=now, **values)


def withdraw_answers(booking: Booking, *, now: datetime) -> bool:
    """Erase a booking's answers and note that the consent to keep them is withdrawn; return whether there was any.

    Locks the booking. Doing it twice is harmless. Raises Busy.
    """
    with taking_time():
        Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
        IntakeAnswers.objects.filter(booking=booking).delete()
        return _standing_consents(booking).update(withdrawn_at=now) > 0


def may_read_answers(booking: Booking, user) -> bool:
    """Return whether a user is the booking's nutritionist or a deputy of theirs, and has the permission to read.

    Being a superuser brings the permission, not the name: health answers are for those the client was told of, and a
    superuser who names themselves a deputy leaves that on record in the admin.
    """
    if not user.has_perm("consultations.read_answers"):
        return False
    nutritionist = booking.nutritionist
    return nutritionist.user_id == user.pk or nutritionist.deputies.filter(pk=user.pk).exists()


@sensitive_variables()
@transaction.atomic
def look_at_answers(booking: Booking, *, by, why: str, now: datetime) -> list[tuple[AskedQuestion, str]]:
    """Return (question as asked, answer or "") for somebody permitted, after writing down that they looked.

    by: a user. why: their reason, not blank, else ValueError. Raises MayNotRead, IntakeAnswers.DoesNotExist, and
    DecryptionError, in which case nothing was shown.
    """
    if not why.strip():
        raise ValueError("a look at answers needs a reason")
    if not may_read_answers(booking, by):
        logger.warning("user %s asked for the answers of booking %s without being permitted", by.pk, booking.pk)
        raise MayNotRead
    given = IntakeAnswers.objects.select_related("version").get(booking=booking)
    AnswersLook.objects.create(booking=booking, by=by, at=now, why=why.strip())
    return [(question, given.answers.get(question.key, "")) for question in given.version.asked]


def _standing_consents(booking):
    return Consent.objects.filter(booking=booking, purpose=ConsentPurpose.HEALTH, withdrawn_at=None)

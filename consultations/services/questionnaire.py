"""Publish the questions the team has edited."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from consultations.exceptions import ConsultationError
from consultations.models import IntakeQuestion, QuestionnaireVersion


class NothingToPublish(ConsultationError):
    """The questions are those of the newest version."""


@transaction.atomic
def publish_questionnaire(*, by, now: datetime) -> QuestionnaireVersion:
    """Freeze the active questions as the version that clients are asked from now on, and return it.

    by: a user, or None. Without an active question nothing is asked. Locks the questions. Raises NothingToPublish.
    """
    # Those of another publisher are waited for here; what is published is then theirs to compare with.
    questions = [question.asked for question in IntakeQuestion.objects.select_for_update() if question.is_active]
    newest = QuestionnaireVersion.objects.first()
    if questions == (newest.asked if newest else []):
        raise NothingToPublish
    return QuestionnaireVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        questions=[asdict(question) for question in questions],
        published_at=now,
        published_by=by,
    )

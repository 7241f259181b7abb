"""Publish the questions the team has edited."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from consultations.exceptions import ConsultationError
from consultations.models import IntakeQuestion, QuestionnaireVersion


class NothingToPublish(ConsultationError):
    """The questions are those of the newest version."""


def draft_questionnaire() -> QuestionnaireVersion:
    """Return, unsaved, the version that publishing would make now."""
    return _draft(IntakeQuestion.objects.all())


@transaction.atomic
def publish_questionnaire(*, by, now: datetime) -> QuestionnaireVersion:
    """Freeze the active questions as the version that clients are asked from now on, and return it.

    by: a user, or None. Without an active question nothing is asked. Locks the questions. Raises NothingToPublish.
    """
    # Another publisher is waited for here, so that what they have published is the newest version below.
    questions = list(IntakeQuestion.objects.select_for_update())
    version = _draft(questions)
    if is_published(version):
        raise NothingToPublish
    version.published_at, version.published_by = now, by
    version.save()
    return version


def is_published(version: QuestionnaireVersion) -> bool:
    """Return whether clients are asked these questions already."""
    newest = QuestionnaireVersion.objects.first()
    return version.questions == (newest.questions if newest else [])


def _draft(questions) -> QuestionnaireVersion:
    newest = QuestionnaireVersion.objects.first()
    asked = [asdict(question.asked) for question in questions if question.is_active]
    return QuestionnaireVersion(number=newest.number + 1 if newest else 1, questions=asked)

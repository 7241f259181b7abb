"""Questions and answers for tests."""

from consultations import consents
from consultations.models import ConsentChannel, IntakeAnswers, IntakeQuestion, QuestionKind
from consultations.services.answers import give_answers
from consultations.services.questionnaire import publish_questionnaire
from tests.factories import NOW

HEALTH = consents.health(90)


def make_question(**overrides):
    return IntakeQuestion.objects.create(**{"question": "What would you like to talk about?", **overrides})


def publish(*questions, now=NOW, by=None):
    """The version with these questions, or with a text question if there is none."""
    for values in questions or [{}]:
        make_question(**values)
    return publish_questionnaire(by=by, now=now)


def publish_every_kind():
    return publish(
        {"question": "What would you like to talk about?", "help_text": "A sentence is plenty.", "position": 1},
        {"question": "How do you eat?", "kind": QuestionKind.CHOICE, "options": "Everything\nVegan", "position": 2},
        {"question": "Do you take supplements?", "kind": QuestionKind.YES_NO, "position": 3},
    )


def give(booking, words="Bloating after meals", *, version=None, agreed=HEALTH, now=NOW):
    version = version or publish()
    answers = {version.asked[0].key: words}
    give_answers(booking, answers, version=version, agreed=agreed, channel=ConsentChannel.MANAGE_LINK, now=now)
    return IntakeAnswers.objects.get(booking=booking)

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from consultations.models import IntakeQuestion, QuestionKind, QuestionnaireVersion
from consultations.services.questionnaire import NothingToPublish, publish_questionnaire
from tests.consultations.intake import make_question, publish, publish_every_kind
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_published_version_holds_the_active_questions_in_their_order(admin_user):
    make_question(question="Second", position=2, help_text="Help")
    make_question(question="First", position=1, kind=QuestionKind.CHOICE, options="One\n\n Two \n")
    make_question(question="Not asked", position=0, is_active=False)
    version = publish_questionnaire(by=admin_user, now=NOW)
    assert [(one.question, one.help_text, one.options) for one in version.asked] == [
        ("First", "", ["One", "Two"]),
        ("Second", "Help", []),
    ]
    assert (version.number, version.published_by, version.published_at) == (1, admin_user, NOW)


def test_question_keeps_its_key_when_it_is_worded_anew_and_the_old_version_its_words():
    first = publish({"question": "How are you?"})
    IntakeQuestion.objects.update(question="How do you feel?")
    second = publish_questionnaire(by=None, now=NOW)
    first.refresh_from_db()
    assert [first.asked[0].question, second.asked[0].question] == ["How are you?", "How do you feel?"]
    assert first.asked[0].key == second.asked[0].key
    assert QuestionnaireVersion.objects.first() == second


def test_unchanged_questions_are_not_published_again():
    publish()
    with pytest.raises(NothingToPublish):
        publish_questionnaire(by=None, now=NOW)
    assert QuestionnaireVersion.objects.count() == 1


def test_no_questions_are_nothing_to_publish_at_first_but_end_the_asking_later():
    with pytest.raises(NothingToPublish):
        publish_questionnaire(by=None, now=NOW)
    publish()
    IntakeQuestion.objects.update(is_active=False)
    assert publish_questionnaire(by=None, now=NOW).asked == []


@pytest.mark.parametrize("change", [lambda versions: versions.update(questions=[]), lambda versions: versions.delete()])
def test_published_version_is_neither_changed_nor_deleted(change):
    publish_every_kind()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        change(QuestionnaireVersion.objects.all())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": QuestionKind.CHOICE}, "A choice needs options|at least two options"),
        ({"kind": QuestionKind.CHOICE, "options": "Only one"}, "at least two options"),
        ({"kind": QuestionKind.CHOICE, "options": "Same\nSame"}, "each once"),
        ({"kind": QuestionKind.CHOICE, "options": "Fine\n" + "x" * 101}, "100 characters at most"),
        ({"options": "One\nTwo"}, "other kinds have none"),
    ],
)
def test_question_with_senseless_options_is_refused_in_words(values, words):
    with pytest.raises(ValidationError, match=words):
        IntakeQuestion(question="How do you eat?", **values).full_clean()


@pytest.mark.parametrize("values", [{"kind": "scale"}, {"kind": QuestionKind.CHOICE}, {"options": "One\nTwo"}])
def test_impossible_questions_are_refused_by_the_database(values):
    with pytest.raises(IntegrityError, match="intakequestion_"), transaction.atomic():
        make_question(**values)

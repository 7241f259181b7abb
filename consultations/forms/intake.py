"""The questionnaire as a client fills it in: a form made from one published version."""

from django import forms
from django.core.exceptions import ValidationError

from consultations.consents import ConsentWords
from consultations.encryption import Unseen
from consultations.models import AskedQuestion, QuestionKind, QuestionnaireVersion
from probio.forms import PageForm, validate_plain_text

LONGEST_ANSWER = 1000
OTHER_WORDS = "These words have changed since you opened the page. Read them, and tick the box if you agree"
RATHER_NOT = ("", "I would rather not say")  # a radio button cannot be unpressed; this one takes an answer back


class AnswersForm(PageForm):
    """One field for each question, none required, and the agreement to store what is entered.

    version: the questions asked. agreement: the words beside the box. Both travel with the form, so that answers are
    stored with the questions, and the agreement with the words, that the client saw.
    """

    consent_health = forms.BooleanField(
        error_messages={"required": "Tick the box to agree that we store these answers, or leave this page"}
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    words = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, version: QuestionnaireVersion, agreement: ConsentWords, given=None):
        own = {"version": str(version.number), "words": agreement.sha256}
        is_outdated = data is not None and data.get("words") != agreement.sha256
        if data is not None:
            data = data.copy()
            data["version"], data["words"] = own["version"], own["words"]
        super().__init__(data, initial={**(given or {}), **own})
        self.asked = version.asked
        consent = self.fields["consent_health"]
        consent.label = agreement.wording
        if is_outdated:  # what was ticked were other words
            self.data.pop("consent_health", None)
            consent.error_messages["required"] = OTHER_WORDS
        for question in self.asked:
            self.fields[question.key] = _field(question)
        self.order_fields([question.key for question in self.asked])

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.answers:
            raise ValidationError("Answer at least one question. To take your answers back, use the button for that")
        return cleaned

    @property
    def answers(self) -> Unseen:
        """Return {AskedQuestion.key: answer} of what was answered."""
        keys = (question.key for question in self.asked)
        return Unseen({key: self.cleaned_data[key] for key in keys if self.cleaned_data.get(key)})


def _field(question: AskedQuestion) -> forms.Field:
    common = {"label": question.question, "help_text": question.help_text, "required": False}
    if question.kind == QuestionKind.TEXT:
        return forms.CharField(
            max_length=LONGEST_ANSWER,
            validators=[validate_plain_text],
            error_messages={
                "max_length": f"“{question.question}”: the answer must be {LONGEST_ANSWER} characters or fewer"
            },
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            **common,
        )
    options = (
        [("yes", "Yes"), ("no", "No")]
        if question.kind == QuestionKind.YES_NO
        else [(option, option) for option in question.options]
    )
    return forms.ChoiceField(
        choices=[*options, RATHER_NOT],
        error_messages={"invalid_choice": f"“{question.question}”: choose one of the answers"},
        widget=forms.RadioSelect,
        **common,
    )

"""The one question after a consultation."""

from django import forms

from consultations.models import Usefulness
from probio.forms import PageForm


class FeedbackForm(PageForm):
    """Whether the consultation was useful."""

    was_useful = forms.ChoiceField(
        label="Was the consultation useful to you?",
        choices=Usefulness.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose one of the three answers",
            "invalid_choice": "Choose one of the three answers",
        },
    )

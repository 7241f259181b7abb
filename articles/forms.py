"""The one question that articles ask."""

from django import forms

from probio.forms import PageForm, validate_plain_text

WAS_USEFUL = [("yes", "Yes"), ("no", "No")]
LONGEST = 1000


class FeedbackForm(PageForm):
    """Whether an article was useful, and why, for those who want to say."""

    was_useful = forms.ChoiceField(
        label="Was this article useful?",
        choices=WAS_USEFUL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no", "invalid_choice": "Choose yes or no"},
    )
    words = forms.CharField(
        label="What should we change, or keep?",
        required=False,
        max_length=LONGEST,
        validators=[validate_plain_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Leave out your name and anything about your health: we do not know who you are and cannot answer.",
        error_messages={"max_length": f"Use {LONGEST} characters or fewer"},
    )

    def clean_was_useful(self):
        return self.cleaned_data["was_useful"] == "yes"

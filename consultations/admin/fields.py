"""Fields that several forms of the team have."""

import re
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import DurationField, ManyToManyField
from django.utils import timezone

from articles.models import Article
from consultations.wording import length_label

# Boxes to tick instead of two lists to move names between: a team is small, and its names have labels.
TICKED = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH = re.compile(
    r"([0-9]{1,6})\s*(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z]),?\s*(?:and\s+)?", re.IGNORECASE
)


class LengthField(forms.DurationField):
    """A length of time as people write it: "30 minutes", "1 hour 30 minutes", "56 days"."""

    default_error_messages = {"invalid": "Write it as “30 minutes”, “1 hour 30 minutes” or “56 days”."}

    def prepare_value(self, value):
        return length_label(value) if isinstance(value, timedelta) else value

    def to_python(self, value):
        if not isinstance(value, str):
            return super().to_python(value)
        if value.strip().isdecimal():  # Django would take it for seconds
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        parts = _LENGTH.findall(value)
        if not parts or _LENGTH.sub("", value).strip():
            return super().to_python(value)
        return sum((timedelta(**{_UNITS[unit[0].lower()]: int(count)}) for count, unit in parts), timedelta())


IN_WORDS = {DurationField: {"form_class": LengthField}}


class ReasonField(forms.CharField):
    """Why something is done. The client reads it, so the help text says where."""

    def __init__(self, *, required=False, **kwargs):
        widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
        super().__init__(label="Why", required=required, max_length=500, widget=widget, **kwargs)


class ArticlesField(forms.ModelMultipleChoiceField):
    """Live articles as boxes to tick. first: Articles to show before the others."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Article.objects.none(), widget=forms.CheckboxSelectMultiple, **kwargs)

    def offer(self, first=()):
        """Look up what is live now; the form calls this, since fields are made once."""
        self.queryset = Article.objects.live(timezone.now()).newest_first()
        chosen = {article.pk: place for place, article in enumerate(first)}
        rows = sorted(self.queryset, key=lambda article: chosen.get(article.pk, len(chosen)))
        self.choices = [(article.pk, article.live_revision.title) for article in rows]


def about_the_client(form) -> None:
    """Put what a form asks clients of themselves into words for the team."""
    form.fields["channel"].label = "How would the client like to talk?"
    form.fields["name"].error_messages["required"] = "Enter the client’s full name"
    form.fields["email"].error_messages["required"] = "Enter the client’s email address"

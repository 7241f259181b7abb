"""Fields that several forms of the team have."""

from django import forms
from django.db.models import ManyToManyField
from django.utils import timezone

from articles.models import Article

# Boxes to tick instead of two lists to move names between: a team is small, and its names have labels.
TICKED = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


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

"""Choose articles by their titles."""

from django import forms
from django.utils import timezone

from articles.models import Article


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

"""The glossary: what the words mean that articles cannot do without."""

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from articles.models.articles import Article, Revision
from articles.models.checks import validate_key


class GlossaryTerm(models.Model):
    """A word and what it means, once for all articles."""

    key = models.CharField(
        max_length=60,
        unique=True,
        validators=[validate_key],
        help_text="Such as dysbiosis. Articles name the term by it, and so does its address; it stays as it is.",
    )
    name = models.CharField(
        "term", max_length=60, help_text="As it stands within a sentence: lower case unless it is a name."
    )
    definition = models.TextField(
        max_length=400, help_text="One or two sentences in plain words. Articles that use the term show them."
    )
    also_called = models.CharField(
        max_length=200,
        blank=True,
        help_text="Other words for it, separated by commas, such as gut flora, gut bacteria.",
    )

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="glossaryterm_once", violation_error_message="The glossary has this term already."
            ),
            models.CheckConstraint(
                name="glossaryterm_defined", condition=~models.Q(name="") & ~models.Q(definition="")
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{reverse('articles:glossary')}#{self.anchor}"

    @property
    def names(self):
        """Return the term and the other words for it."""
        return (self.name, *(name.strip() for name in self.also_called.split(",") if name.strip()))

    @property
    def anchor(self):
        return f"term-{self.key}"


class TermUseQuerySet(models.QuerySet):
    def live(self, now):
        """Uses in what readers can read at an instant, with their articles."""
        shown = Article.objects.live(now).values("live_revision")
        return self.filter(revision__in=shown).select_related("revision__article")


class TermUse(models.Model):
    """That a revision explains one of its words by the glossary."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="term_uses")
    term = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="uses")

    objects = TermUseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="termuse_once_a_revision", fields=["revision", "term"])]

    def __str__(self):
        return f"{self.term_id} in {self.revision_id}"

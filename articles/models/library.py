"""What articles are about, and who makes them: topics and people."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse


class Shape(models.TextChoices):
    """The drawn bacterium that marks a topic."""

    COCCUS = "coccus", "coccus"
    PAIR = "pair", "pair"
    CHAIN = "chain", "chain"
    ROD = "rod", "rod"
    Y = "y", "Y"
    COMMA = "comma", "comma"
    SPIRAL = "spiral", "spiral"


class Topic(models.Model):
    """What articles are about, in one word or two."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True, help_text="Part of addresses; do not change it once in use.")
    shape = models.CharField(max_length=10, choices=Shape, unique=True)
    intro = models.TextField(
        max_length=400,
        blank=True,
        help_text="What its articles are about, in a sentence or two above them.",
    )
    synonyms = ArrayField(
        models.CharField(max_length=60),
        blank=True,
        default=list,
        help_text="Other words people search for, separated by commas, such as “tummy, bowel”. They lead to the "
        "articles of this topic at once.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(name="topic_shape_known", condition=Q(shape__in=Shape.values))]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:topic", args=[self.slug])


class WordQuerySet(models.QuerySet):
    def remember(self, words):
        """Add the words that are not there yet, in one order: two writers then cannot wait for each other."""
        self.bulk_create((Word(text=word) for word in sorted(words)), ignore_conflicts=True)


class Word(models.Model):
    """A word that some revision uses, draft or live, as search compares it: what a typing error may have meant."""

    text = models.CharField(max_length=40, primary_key=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["text"], name="word_alike", opclasses=["gin_trgm_ops"])]

    def __str__(self):
        return self.text


class Person(models.Model):
    """Somebody who writes or reviews articles."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, help_text="Part of addresses; do not change it once in use.")
    credentials = models.CharField(max_length=60, blank=True, help_text="Letters after the name, such as RNutr.")
    role = models.CharField(max_length=100, help_text="As readers see it, such as “Science writer”.")
    register_number = models.CharField(max_length=40, blank=True, help_text="Number on a professional register.")
    bio = models.TextField(blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, help_text="Staff account, if any."
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "people"

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return reverse("articles:person", args=[self.slug])

    @property
    def display_name(self):
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def initials(self):
        return "".join(word[0] for word in self.name.split()[:2]).upper()

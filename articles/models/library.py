"""What articles are made with: topics, people, references, figures."""

import json
import re
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from articles.bibliography import RecordError, format_reference, short_label
from articles.drawing import DrawingError, clean_drawing, legend_rows

validate_key = RegexValidator(
    r"^[a-z0-9-]+$", "Use lower-case letters, digits and hyphens only: the key is typed in article bodies."
)


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

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(name="topic_shape_known", condition=Q(shape__in=Shape.values))]

    def __str__(self):
        return self.name


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

    @property
    def display_name(self):
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def initials(self):
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class StudyKind(models.TextChoices):
    META_ANALYSIS = "meta_analysis", "Meta-analysis"
    RANDOMISED_TRIAL = "randomised_trial", "Randomised trial"
    TRIAL = "trial", "Trial"
    OBSERVATIONAL = "observational", "Observational study"
    REVIEW = "review", "Review"
    ANIMAL = "animal", "Study in animals"
    IN_VITRO = "in_vitro", "Laboratory study"
    CONSENSUS = "consensus", "Consensus statement"
    ESTIMATE = "estimate", "Estimate"
    REPORT = "report", "Report"


RESOLVER = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)


def normalise_doi(value: str) -> str:
    """Return a DOI in lower case without its resolver: DOIs are not case-sensitive (DOI Handbook, 2.4)."""
    value = value.strip()
    if resolver := RESOLVER.match(value):  # an address: percent-encoded, and its query is no part of the DOI
        value = unquote(re.split("[?#]", value[resolver.end() :])[0])
    return re.sub(r"^doi[:\s]\s*", "", value.lower())


def check_storable(value) -> None:
    """Raise ValueError for what JSON can say and PostgreSQL cannot store: NUL, half a surrogate pair, NaN."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        text = r"\u0000"
    if r"\u0000" in text:
        raise ValueError("This holds a character or a number that cannot be stored.")


class Reference(models.Model):
    """A source, once for all articles."""

    key = models.CharField(max_length=60, unique=True, validators=[validate_key], help_text="Such as harper2021.")
    csl = models.JSONField(
        "bibliographic record",
        help_text="CSL-JSON: type, title, author, container-title, issued, volume, issue, page.",
    )
    doi = models.CharField("DOI", max_length=200, blank=True, help_text="With or without https://doi.org/.")
    kind = models.CharField("kind of study", max_length=20, choices=StudyKind)
    sample = models.CharField(max_length=200, blank=True, help_text="Who or what was studied, and how many.")
    funding = models.CharField("who paid", max_length=300, blank=True, help_text="Funding or interests to declare.")
    summary = models.CharField(max_length=300, blank=True, help_text="One line for the card beside the text.")

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(name="reference_kind_known", condition=Q(kind__in=StudyKind.values)),
            models.CheckConstraint(
                name="reference_doi_normal",
                condition=Q(doi="") | Q(doi__regex=r"^10\.[0-9]{4,9}/[^\sA-Z]+$"),
                violation_error_message="A DOI looks like 10.1000/xyz123.",
            ),
            models.UniqueConstraint(
                name="reference_doi_once",
                fields=["doi"],
                condition=~Q(doi=""),
                violation_error_message="Another reference already has this DOI.",
            ),
        ]

    def __str__(self):
        return f"{self.label} ({self.key})"

    def clean(self):
        self.doi = normalise_doi(self.doi)
        try:
            check_storable(self.csl)
            format_reference(self.csl)
        except ValueError as error:
            raise ValidationError({"csl": str(error)}) from error

    @property
    def label(self):
        try:
            return short_label(self.csl)
        except RecordError:  # written past clean(): lists show it all the same
            return self.key


def validate_drawing(text):
    try:
        clean_drawing(text)
    except DrawingError as error:
        raise ValidationError(str(error)) from error


class Figure(models.Model):
    """A drawing with everything a reader needs to trust it and to do without seeing it."""

    key = models.CharField(max_length=60, unique=True, validators=[validate_key])
    title = models.CharField(max_length=200, help_text="What it shows, for those who cannot see it.")
    description = models.TextField(help_text="The long text alternative: what is where, and what it means.")
    drawing = models.TextField(
        "drawing (SVG)",
        validators=[validate_drawing],
        help_text="Shapes and labels only. Colours as var(--art-…, #hex) follow light and dark mode.",
    )
    caption = models.CharField(max_length=300, help_text="What to conclude from it.")
    note = models.CharField(max_length=300, blank=True, help_text="What to bear in mind, such as “not to scale”.")
    legend = models.JSONField(
        default=list, blank=True, help_text="A list of objects with “mark” (1, 2 or A, B), “name” and “text”."
    )
    source = models.ForeignKey(Reference, null=True, blank=True, on_delete=models.PROTECT, related_name="figures")
    credit = models.CharField(max_length=200, help_text="Who made it, and from what.")
    licence = models.CharField(max_length=60, help_text="Such as CC BY 4.0.")

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return self.key

    def clean(self):
        self.legend = self.legend or []  # a form gives None for a field left empty
        try:
            check_storable(self.legend)
            legend_rows(self.legend)
        except ValueError as error:
            raise ValidationError({"legend": str(error)}) from error

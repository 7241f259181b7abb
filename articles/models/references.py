"""The library of references: each source once, for all articles."""

import re
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from articles.bibliography import RecordError, format_reference, short_label
from articles.models.checks import check_storable, validate_key


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

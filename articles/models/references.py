"""The library of references: each source once, for all articles."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from articles.bibliography import RecordError, format_reference, short_label
from articles.identifiers import DOI_PATTERN, PMID_PATTERN, normalise_doi, normalise_pmid
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


class RetractionState(models.TextChoices):
    """What became of a source after it was published, the gravest last."""

    NONE = "none", "None"
    CORRECTED = "corrected", "Corrected"
    CONCERN = "concern", "Expression of concern"
    RETRACTED = "retracted", "Retracted"

    def is_graver_than(self, other) -> bool:
        states = list(RetractionState)
        return states.index(self) > states.index(RetractionState(other))


class Reference(models.Model):
    """A source, once for all articles."""

    key = models.CharField(max_length=60, unique=True, validators=[validate_key], help_text="Such as harper2021.")
    csl = models.JSONField(
        "bibliographic record",
        help_text="CSL-JSON: type, title, author, container-title, issued, volume, issue, page.",
    )
    doi = models.CharField("DOI", max_length=200, blank=True, help_text="With or without https://doi.org/.")
    pmid = models.CharField("PMID", max_length=60, blank=True, help_text="Its number in PubMed, or its address there.")
    kind = models.CharField("kind of study", max_length=20, choices=StudyKind)
    sample = models.CharField(max_length=200, blank=True, help_text="Who or what was studied, and how many.")
    funding = models.CharField("who paid", max_length=300, blank=True, help_text="Funding or interests to declare.")
    summary = models.CharField(max_length=300, blank=True, help_text="One line for the card beside the text.")
    retraction_state = models.CharField(
        "retraction or correction",
        max_length=10,
        choices=RetractionState,
        default=RetractionState.NONE,
        help_text="Readers see it once each article that cites the source is saved and published again.",
    )
    notice_doi = models.CharField(
        "DOI of the notice", max_length=200, blank=True, help_text="Where the retraction or correction is explained."
    )
    checked_at = models.DateTimeField(
        "last checked", null=True, blank=True, editable=False, help_text="When Crossref was last asked about it."
    )

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(name="reference_kind_known", condition=Q(kind__in=StudyKind.values)),
            models.CheckConstraint(
                name="reference_doi_normal",
                condition=Q(doi="") | Q(doi__regex=DOI_PATTERN),
                violation_error_message="A DOI looks like 10.1000/xyz123.",
            ),
            models.UniqueConstraint(
                name="reference_doi_once",
                fields=["doi"],
                condition=~Q(doi=""),
                violation_error_message="Another reference already has this DOI.",
            ),
            models.CheckConstraint(
                name="reference_pmid_normal",
                condition=Q(pmid="") | Q(pmid__regex=PMID_PATTERN),
                violation_error_message="A PMID is a number of up to nine digits.",
            ),
            models.UniqueConstraint(
                name="reference_pmid_once",
                fields=["pmid"],
                condition=~Q(pmid=""),
                violation_error_message="Another reference already has this PMID.",
            ),
            models.CheckConstraint(
                name="reference_retraction_state_known", condition=Q(retraction_state__in=RetractionState.values)
            ),
            models.CheckConstraint(
                name="reference_notice_doi_normal",
                condition=Q(notice_doi="") | Q(notice_doi__regex=DOI_PATTERN),
                violation_error_message="The DOI of a notice looks like 10.1000/xyz123.",
            ),
            models.CheckConstraint(
                name="reference_notice_has_a_state",
                condition=Q(notice_doi="") | ~Q(retraction_state=RetractionState.NONE),
                violation_error_message="A notice is about a retraction, a concern or a correction: say which.",
            ),
        ]

    def __str__(self):
        return f"{self.label} ({self.key})"

    def clean(self):
        self.doi, self.notice_doi = normalise_doi(self.doi), normalise_doi(self.notice_doi)
        self.pmid = normalise_pmid(self.pmid)
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

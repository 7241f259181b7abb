"""The questions before a consultation, the answers to them, and who has looked at those."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.encryption import EncryptedJSONField
from consultations.models.bookings import OCCUPYING, Booking
from consultations.models.consents import Consent

LONGEST_OPTION = 100


class QuestionKind(models.TextChoices):
    TEXT = "text", "text"
    CHOICE = "choice", "choice"
    YES_NO = "yes_no", "yes or no"


@dataclass(frozen=True)
class AskedQuestion:
    """A question as clients are asked it. key: the same in every version; options: of a choice, else empty."""

    key: str
    question: str
    help_text: str
    kind: str
    options: list[str]

    @property
    def kind_label(self):
        return QuestionKind(self.kind).label


class IntakeQuestion(models.Model):
    """A question as the team edits it. Clients see it when the questionnaire is published."""

    question = models.CharField(max_length=200)
    help_text = models.CharField("help", max_length=300, blank=True, help_text="Shown under the question.")
    kind = models.CharField(max_length=10, choices=QuestionKind, default=QuestionKind.TEXT)
    options = models.TextField(blank=True, help_text="Of a choice, one a line. “I would rather not say” is added.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Lower numbers are asked first.")
    is_active = models.BooleanField("asked", default=True, help_text="Untick to stop asking from the next version on.")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="intakequestion_kind_known", condition=Q(kind__in=QuestionKind.values)),
            models.CheckConstraint(
                name="intakequestion_choice_has_options",
                condition=Q(kind=QuestionKind.CHOICE) & ~Q(options="") | ~Q(kind=QuestionKind.CHOICE) & Q(options=""),
                violation_error_message="A choice needs options, one a line; other kinds have none.",
            ),
        ]

    def __str__(self):
        return self.question

    def clean(self):
        options = self.asked.options
        if self.kind == QuestionKind.CHOICE and (len(options) < 2 or len(set(options)) < len(options)):
            raise ValidationError({"options": "Give at least two options, one a line, each once."})
        if any(len(option) > LONGEST_OPTION for option in options):
            raise ValidationError({"options": f"An option has {LONGEST_OPTION} characters at most."})

    @property
    def asked(self) -> AskedQuestion:
        options = [line.strip() for line in self.options.splitlines() if line.strip()]
        return AskedQuestion(f"q{self.pk}", self.question, self.help_text, self.kind, options)


class QuestionnaireVersion(models.Model):
    """The questions exactly as they were published. PostgreSQL refuses to change or delete one (migration 0016).

    questions: the AskedQuestions in their order, as JSON objects.
    """

    number = models.PositiveIntegerField(unique=True)
    questions = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-number"]

    def __str__(self):
        return f"Version {self.number}"

    @property
    def asked(self) -> list[AskedQuestion]:
        return [AskedQuestion(**question) for question in self.questions]


class IntakeAnswersQuerySet(models.QuerySet):
    def expired(self, now):
        """Return the answers whose time is over, or whose consultation will not be."""
        is_over = Q(booking__ends_at__lte=now - F("kept_for"))
        return self.filter(is_over | ~Q(booking__status__in=OCCUPYING))


class IntakeAnswers(models.Model):
    """What one client answered, encrypted, on the consent that allows to keep it.

    answers: {AskedQuestion.key: the client's words, an option, "yes" or "no"}; without those left out. kept_for: how
    long after the consultation, as the client was promised. It is counted from the booking as it stands, so that a
    move moves the end with it. PostgreSQL refuses answers without a consent of their own booking, for health answers,
    not withdrawn (migration 0016).
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="intake_answers")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="+")
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="+")
    answers = EncryptedJSONField()
    kept_for = models.DurationField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = IntakeAnswersQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "intake answers"
        default_permissions = ()
        permissions = [("read_answers", "Can read intake answers, as the nutritionist or a deputy")]
        constraints = [
            models.CheckConstraint(name="intakeanswers_kept_for_a_while", condition=Q(kept_for__gt=timedelta(0)))
        ]

    def __str__(self):
        return f"Answers for booking {self.booking_id}"

    @property
    def expires_at(self):
        return self.booking.ends_at + self.kept_for


class AnswersLook(models.Model):
    """One reading of a client's answers. Rows are only added; PostgreSQL keeps each for two years (migration 0016)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "look at answers"
        verbose_name_plural = "looks at answers"
        constraints = [models.CheckConstraint(name="answerslook_says_why", condition=~Q(why=""))]

    def __str__(self):
        return f"{self.booking.reference}, {date_format(localtime(self.at), 'DATETIME_FORMAT')}"

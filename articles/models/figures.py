"""Figures: images with all that a reader needs to trust them and to do without seeing them."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from articles.drawing import DrawingError, clean_drawing, legend_rows
from articles.images import MEDIA_TYPES
from articles.models.checks import check_storable, validate_key
from articles.models.references import Reference


class FigureKind(models.TextChoices):
    PHOTO = "photo", "photograph or picture"
    DIAGRAM = "diagram", "diagram"
    CHART = "chart", "chart"


class ImageState(models.TextChoices):
    WAITING = "waiting", "being made"
    READY = "ready", "ready"
    FAILED = "failed", "could not be made"


class FigureImageQuerySet(models.QuerySet):
    def due(self, now):
        """Images whose files a worker may make now: waiting, and in nobody's hands."""
        return self.filter(Q(locked_until=None) | Q(locked_until__lte=now), state=ImageState.WAITING)


class FigureImage(models.Model):
    """An uploaded image by its content. Another file is another image, so what was published stays as it was."""

    digest = models.CharField(max_length=32, unique=True, validators=[RegexValidator(r"^[0-9a-f]{32}$")])
    family = models.CharField(max_length=4, choices={name: name.upper() for name in MEDIA_TYPES})
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    widths = ArrayField(models.PositiveIntegerField(), help_text="Of the files readers get, ascending, in pixels.")
    state = models.CharField(max_length=7, choices=ImageState, default=ImageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    uploaded_at = models.DateTimeField()

    objects = FigureImageQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(name="figureimage_digest_is_one", condition=Q(digest__regex=r"^[0-9a-f]{32}$")),
            models.CheckConstraint(name="figureimage_family_known", condition=Q(family__in=list(MEDIA_TYPES))),
            models.CheckConstraint(name="figureimage_state_known", condition=Q(state__in=ImageState.values)),
            models.CheckConstraint(name="figureimage_has_size", condition=Q(width__gt=0, height__gt=0)),
            models.CheckConstraint(name="figureimage_has_widths", condition=Q(widths__len__gt=0)),
        ]

    def __str__(self):
        return f"{self.family.upper()}, {self.width} × {self.height} pixels"

    @property
    def original_name(self):
        return f"{self.digest}.{self.family}"


def validate_drawing(text):
    try:
        clean_drawing(text)
    except DrawingError as error:
        raise ValidationError(str(error)) from error


class Figure(models.Model):
    """A drawing or an uploaded image, with everything a reader needs to trust it and to do without seeing it."""

    key = models.CharField(max_length=60, unique=True, validators=[validate_key])
    kind = models.CharField(
        max_length=7,
        choices=FigureKind,
        default=FigureKind.DIAGRAM,
        help_text="Diagrams and charts say something and need a long description.",
    )
    drawing = models.TextField(
        "drawing (SVG)",
        blank=True,
        validators=[validate_drawing],
        help_text="Shapes and labels only. Colours as var(--art-…, #hex) follow light and dark mode.",
    )
    image = models.ForeignKey(FigureImage, null=True, blank=True, on_delete=models.PROTECT, related_name="figures")
    alt = models.CharField(
        "alt text",
        max_length=200,
        blank=True,
        help_text="What it shows, for those who cannot see it. Leave out “picture of”.",
    )
    is_decorative = models.BooleanField(
        "decorative", default=False, help_text="It says nothing that the words do not: screen readers pass it by."
    )
    description = models.TextField(
        "long description", blank=True, help_text="What is where, and what it means: all that the image says, in words."
    )
    caption = models.CharField(max_length=300, help_text="What to conclude from it.")
    note = models.CharField(max_length=300, blank=True, help_text="What to bear in mind, such as “not to scale”.")
    legend = models.JSONField(
        default=list, blank=True, help_text="A list of objects with “mark” (1, 2 or A, B), “name” and “text”."
    )
    source = models.ForeignKey(
        Reference,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="figures",
        help_text="Where it, or what it shows, was published. Leave it empty only for work of our own.",
    )
    adaptation = models.CharField(
        "adapted: what changed",
        max_length=200,
        blank=True,
        help_text="What we changed in the source’s figure, such as “redrawn, labels translated”. "
        "Most licences ask for it. Leave it empty when nothing was adapted.",
    )
    credit = models.CharField(max_length=200, help_text="Who made it, such as “Photograph: Ana Sousa”.")
    licence = models.CharField(max_length=60, help_text="Such as CC BY 4.0, or “with permission”.")

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(name="figure_kind_known", condition=Q(kind__in=FigureKind.values)),
            models.CheckConstraint(
                name="figure_has_one_picture",
                condition=Q(drawing="", image__isnull=False) | (~Q(drawing="") & Q(image=None)),
                violation_error_message="A figure is either a drawing or an uploaded image.",
            ),
            models.CheckConstraint(
                name="figure_has_alt_or_is_decorative",
                condition=(~Q(alt="") & Q(is_decorative=False)) | Q(alt="", is_decorative=True),
                violation_error_message="A figure has alt text or is decorative.",
            ),
            models.CheckConstraint(
                name="figure_diagram_is_described",
                condition=Q(kind=FigureKind.PHOTO) | (~Q(description="") & Q(is_decorative=False)),
                violation_error_message="A diagram or chart has a long description.",
            ),
            models.CheckConstraint(
                name="figure_adapts_a_source",
                condition=Q(adaptation="") | Q(source__isnull=False),
                violation_error_message="What is adapted has a source.",
            ),
            models.CheckConstraint(
                name="figure_concludes_and_is_credited",
                condition=~Q(caption="") & ~Q(credit="") & ~Q(licence=""),
                violation_error_message="A figure has a caption, a credit and a licence.",
            ),
        ]

    def __str__(self):
        return self.key

    def clean(self):
        self.legend = self.legend or []  # a form gives None for a field left empty
        errors = {}
        try:
            check_storable(self.legend)
            legend_rows(self.legend)
        except ValueError as error:
            errors["legend"] = str(error)
        is_said = self.kind in (FigureKind.DIAGRAM, FigureKind.CHART)
        if self.is_decorative and is_said:
            errors["is_decorative"] = f"A {self.get_kind_display()} says something, so it cannot be decorative."
        elif self.is_decorative and self.alt:
            errors["alt"] = "A decorative figure has no alt text: take out one of the two."
        elif not self.is_decorative and not self.alt:
            errors["alt"] = "Say what it shows for those who cannot see it, or mark it as decorative."
        if is_said and not self.description:
            errors["description"] = f"A {self.get_kind_display()} needs a long description: all that it says, in words."
        if self.adaptation and self.source is None:
            errors["source"] = "Name the source that this is adapted from."
        if errors:
            raise ValidationError(errors)


class FigureUseQuerySet(models.QuerySet):
    def unready(self):
        """Uses whose images readers would not get whole."""
        return self.filter(image__isnull=False).exclude(image__state=ImageState.READY)


class FigureUse(models.Model):
    """That a revision shows a figure, with the image that it had then."""

    revision = models.ForeignKey("articles.Revision", on_delete=models.PROTECT, related_name="figure_uses")
    figure = models.ForeignKey(Figure, on_delete=models.PROTECT, related_name="uses")
    image = models.ForeignKey(FigureImage, null=True, blank=True, on_delete=models.PROTECT, related_name="uses")

    objects = FigureUseQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "figure"]
        constraints = [models.UniqueConstraint(name="figureuse_once_a_revision", fields=["revision", "figure"])]

    def __str__(self):
        return f"{self.figure_id} in {self.revision_id}"

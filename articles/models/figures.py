"""Figures: images with all that a reader needs to trust them and to do without seeing them."""

from django.core.exceptions import ValidationError
from django.db import models

from articles.drawing import DrawingError, clean_drawing, legend_rows
from articles.models.checks import check_storable, validate_key
from articles.models.references import Reference


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

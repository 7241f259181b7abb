"""Types of consultation, with an example of the times that their rules offer."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from consultations import wording
from consultations.admin.fields import IN_WORDS, TICKED
from consultations.hours import free_days
from consultations.models import ConsultationType

TRIED = "tried"


class TypeForm(forms.ModelForm):
    """A type's rules. Tried out, they are checked like those that are saved, and not saved."""

    def clean(self):
        values = super().clean()
        if "_try" in self.data:
            raise forms.ValidationError("Nothing is saved yet.", code=TRIED)
        return values

    @property
    def is_only_tried(self) -> bool:
        """Whether nothing but that stands in the way of saving what was typed."""
        problems = [problem.code for problems in self.errors.as_data().values() for problem in problems]
        return problems == [TRIED]


def _in_words(name):
    """Return a column of a list that says a length of time in words."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def column(consultation_type):
        return wording.length_label(getattr(consultation_type, name))

    return column


@admin.register(ConsultationType)
class ConsultationTypeAdmin(admin.ModelAdmin):
    form = TypeForm
    change_form_template = "admin/consultations/consultationtype/change_form.html"
    list_display = ["name", *map(_in_words, ["duration", "buffer", "minimum_notice"]), "needs_approval", "is_active"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = TICKED | IN_WORDS

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Show what clients could book: by what was typed when it was to be tried out, else by what is saved."""
        form = context["adminform"].form
        context["is_tried"] = form.is_bound and form.is_only_tried
        if context["is_tried"]:
            context["errors"] = None  # that nothing is saved yet is said beside the example
            context["example"] = _example(form.instance, form.cleaned_data["nutritionists"])
        elif obj is not None and not form.is_bound:
            context["example"] = _example(obj, obj.nutritionists.all())
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _example(consultation_type, people):
    """Return FreeDays; none of a type that cannot be booked."""
    if not consultation_type.is_active:
        return []
    return free_days(list(people), consultation_type, wording.LONDON, timezone.now())

"""Nutritionists and their working hours from a CSV. Accounts are not imported: who signs in is decided by hand."""

from itertools import combinations, groupby

from django import forms
from django.utils import timezone

from consultations import wording
from consultations.forms.hours import overlap, span, validate_year
from consultations.hours import stranded, undecided
from consultations.models import AvailabilityRule, Nutritionist, Weekday
from probio.exchange.importing import Importer

MOST_LINES = 2000  # each asks the database about every constraint; a look must not outlast the web server
YES, NO = ("yes", "true", "1"), ("no", "false", "0")


class YesNoField(forms.CharField):
    """A cell that says yes or no."""

    def to_python(self, value):
        text = str(value).strip().lower()
        if text in (*YES, *NO):
            return text in YES
        raise forms.ValidationError("Write yes or no.")


class WeekdayField(forms.CharField):
    """A weekday by its name or the first three letters of it. A number would mean other days in other programs."""

    def to_python(self, value):
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        for day in Weekday:
            if text in (day.label.lower(), day.label.lower()[:3]):
                return day.value
        raise forms.ValidationError("Write a weekday, such as Monday.")


class NutritionistForm(forms.ModelForm):
    is_active = YesNoField()
    video_url = forms.URLField(required=False, assume_scheme="https")

    class Meta:
        model = Nutritionist
        fields = ["name", "slug", "credentials", "bio", "time_zone", "most_per_day", "video_url", "is_active"]


class HoursForm(forms.ModelForm):
    nutritionist = forms.ModelChoiceField(
        Nutritionist.objects,
        to_field_name="slug",
        error_messages={"invalid_choice": "There is no nutritionist with this slug."},
    )
    weekday = WeekdayField()

    valid_from = forms.DateField(required=False, validators=[validate_year])
    valid_to = forms.DateField(required=False, validators=[validate_year])

    class Meta:
        model = AvailabilityRule
        fields = ["nutritionist", "weekday", "starts_at", "ends_at", "valid_from", "valid_to"]


def _find_nutritionist():
    known = {row.slug: row for row in Nutritionist.objects.all()}
    return lambda cells: known.get(cells.get("slug", ""))


def _find_hours():
    """Find the rule that begins at the same time of the same weekday and on the same first day."""
    rows = AvailabilityRule.objects.select_related("nutritionist")
    known = {(row.nutritionist.slug, row.weekday, row.starts_at, row.valid_from): row for row in rows}

    def find(cells):
        form = HoursForm({**{name: cells.get(heading, "") for heading, name in HOURS.columns.items()}})
        form.full_clean()
        typed = form.cleaned_data
        nutritionist = typed.get("nutritionist")
        if nutritionist is None:
            return None
        return known.get((nutritionist.slug, typed.get("weekday"), typed.get("starts_at"), typed.get("valid_from")))

    return find


def _refuse_to_strand():
    """Let no file leave bookings outside hours: it cannot be asked what becomes of each. Locks all nutritionists.

    Whoever books meanwhile waits, or the booking would be looked for before it is there.
    """
    list(Nutritionist.objects.select_for_update(no_key=True).order_by("pk"))
    before = stranded(timezone.now())

    def problems():
        outside = undecided(before, stranded(timezone.now()), is_only_new=True)
        return [
            f"{one.reference}, {wording.full_label(one.starts_at)}, with {one.nutritionist}, would fall outside. "
            "Change these hours on the page Hours, which asks what becomes of it."
            for one in outside
        ]

    return problems


def _refuse_hours():
    """Refuse as well what the page Hours does: hours that overlap would be in the way of every later change there."""
    stranding, before = _refuse_to_strand(), set(_overlaps())
    return lambda: [*(words for words in _overlaps() if words not in before), *stranding()]


def _overlaps() -> list[str]:
    rules = AvailabilityRule.objects.select_related("nutritionist").order_by("nutritionist", "weekday", "starts_at")
    same_day = groupby(rules, key=lambda rule: (rule.nutritionist, rule.weekday))
    return [
        f"{person}, {Weekday(day).label}: {span(one)} and {span(other)} overlap. Make them one, or change one."
        for (person, day), stretches in same_day
        for one, other in combinations(stretches, 2)
        if overlap(one, other)
    ]


NUTRITIONISTS = Importer(
    slug="nutritionists",
    title="nutritionists",
    form=NutritionistForm,
    columns={
        "slug": "slug",
        "name": "name",
        "credentials": "credentials",
        "bio": "bio",
        "time zone": "time_zone",
        "most per day": "most_per_day",
        "video link": "video_url",
        "active": "is_active",
    },
    needed=("slug",),
    permissions=("consultations.add_nutritionist", "consultations.change_nutritionist"),
    most_lines=MOST_LINES,
    find=_find_nutritionist,
    once=(("slug",),),
    refuses=_refuse_to_strand,
)
HOURS = Importer(
    slug="hours",
    title="working hours",
    form=HoursForm,
    columns={
        "nutritionist": "nutritionist",
        "weekday": "weekday",
        "from": "starts_at",
        "to": "ends_at",
        "valid from": "valid_from",
        "valid to": "valid_to",
    },
    needed=("nutritionist", "weekday", "from", "to"),
    permissions=(
        "consultations.add_availabilityrule",
        "consultations.change_availabilityrule",
        "consultations.view_nutritionist",
    ),
    most_lines=MOST_LINES,
    find=_find_hours,
    once=(("nutritionist_id", "weekday", "starts_at", "valid_from"),),
    refuses=_refuse_hours,
)

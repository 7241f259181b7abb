"""What the team types about one nutritionist's hours: weekly stretches, extra hours and time off, in one zone."""

from datetime import date, time
from itertools import combinations
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseFormSet, formset_factory

from consultations.hours import Closed, Hours
from consultations.models import AvailabilityRule, Weekday
from consultations.models.people import validate_time_zone, validate_whole_minutes
from consultations.slots import DAY, Interval, WeeklyHours, to_utc

MIDNIGHT = time()
MOST_ROWS = 200
ROWS = {"weekly": "Weekly hours", "extra": "Extra hours", "off": "Time off"}


def _time(label, **kwargs):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, validators=[validate_whole_minutes], **kwargs)


def _date(label):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=[validate_year])


def validate_year(day: date) -> None:
    if not 2000 <= day.year <= 2999:
        raise ValidationError("Give a year from 2000 to 2999.")


class ZoneForm(forms.Form):
    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        validators=[validate_time_zone],
        help_text="Everything on this page is local time there, the clocks going forward and back included. "
        "For example Europe/London or Europe/Berlin.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class StretchForm(forms.Form):
    """From when to when on one weekday. Without times it says nothing, which is how a stretch is taken away."""

    weekday = forms.TypedChoiceField(choices=Weekday, coerce=int, widget=forms.HiddenInput)
    starts_at = _time("From")
    ends_at = _time("To")
    valid_from = _date("First day")
    valid_to = _date("Last day")
    typed = ("starts_at", "ends_at", "valid_from", "valid_to")

    @property
    def has_dates(self) -> bool:
        return bool(self["valid_from"].value() or self["valid_to"].value())

    def clean(self):
        values = self.cleaned_data
        if self.errors or not any(values[name] is not None for name in self.typed):
            return values
        if values["starts_at"] is None or values["ends_at"] is None:
            raise ValidationError("Give both times, or clear the row.")
        try:
            AvailabilityRule(**values).full_clean(exclude=["nutritionist"])
        except ValidationError as error:
            raise ValidationError(error.message_dict.get(NON_FIELD_ERRORS, error.messages)) from error
        return values

    @property
    def hours(self) -> WeeklyHours | None:
        return WeeklyHours(**self.cleaned_data) if self.cleaned_data.get("starts_at") is not None else None


class WeeklyFormSet(BaseFormSet):
    def clean(self):
        """Refuse stretches of one weekday that overlap: one of them is a slip."""
        if any(self.errors):
            return
        for one, other in combinations([form.hours for form in self if form.hours], 2):
            if one.weekday == other.weekday and overlap(one, other):
                day, (first, second) = (
                    Weekday(one.weekday).label,
                    sorted([one, other], key=lambda hours: hours.starts_at),
                )
                raise ValidationError(f"{day}: {span(first)} and {span(second)} overlap. Make them one, or change one.")


def span(hours) -> str:
    return f"{hours.starts_at:%H:%M} to {hours.ends_at:%H:%M}"


def overlap(one, other) -> bool:
    share_a_day = (one.valid_from or date.min) <= (other.valid_to or date.max) and (other.valid_from or date.min) <= (
        one.valid_to or date.max
    )
    return share_a_day and one.starts_at < other.ends_at and other.starts_at < one.ends_at


class DatedForm(forms.Form):
    """From an instant to another, each a day and a time of a zone. Without days it says nothing."""

    first = _date("First day")
    starts_at = _time("from")
    last = _date("Last day")
    ends_at = _time("to")
    needs_times = False

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        self.zone = zone
        super().__init__(*args, **kwargs)

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.values())

    def clean(self):
        values = self.cleaned_data
        if self.errors or self.is_blank:
            return values
        if values["first"] is None:
            raise ValidationError("Give the day, or clear the row.")
        if self.needs_times and (values["starts_at"] is None or values["ends_at"] is None):
            raise ValidationError("Give both times: extra hours are not whole days.")
        start = to_utc(values["first"], values["starts_at"] or MIDNIGHT, self.zone)
        last = values["last"] or values["first"]
        end = (
            to_utc(last, values["ends_at"], self.zone) if values["ends_at"] else to_utc(last + DAY, MIDNIGHT, self.zone)
        )
        if end <= start:
            raise ValidationError("The end has to come after the start.")
        values["interval"] = Interval(start, end)
        return values

    @classmethod
    def initial_of(cls, interval: Interval, zone: ZoneInfo) -> dict:
        """Return what is typed for an interval: whole days without times."""
        start, end = interval.start.astimezone(zone), interval.end.astimezone(zone)
        is_whole = not cls.needs_times and start.time() == end.time() == MIDNIGHT
        return {
            "first": start.date(),
            "starts_at": None if is_whole else start.time(),
            "last": end.date() - DAY if is_whole else end.date(),
            "ends_at": None if is_whole else end.time(),
        }


class ExtraForm(DatedForm):
    needs_times = True


class TimeOffForm(DatedForm):
    reason = forms.CharField(label="Reason", required=False, max_length=100)


_FORMSETS = {
    "weekly": formset_factory(StretchForm, formset=WeeklyFormSet, extra=0, max_num=MOST_ROWS),
    "extra": formset_factory(ExtraForm, extra=0, max_num=MOST_ROWS),
    "off": formset_factory(TimeOffForm, extra=0, max_num=MOST_ROWS),
}


class HoursForm:
    """All of one nutritionist's hours, as one form: a zone, and rows of three kinds with spare ones to fill in.

    data: what was posted, or None to show `hours`. zone: the one to go by while the typed one is no zone.
    """

    def __init__(self, data, hours: Hours):
        typed = data.get("time_zone", "") if data is not None else hours.time_zone
        self.zone_form = ZoneForm(data, initial={"time_zone": hours.time_zone, "seen": hours.fingerprint})
        try:
            validate_time_zone(typed)
        except ValidationError:
            typed = hours.time_zone
        zone = ZoneInfo(typed)
        initial = _initial(hours, zone)
        keywords = {"weekly": {}, "extra": {"zone": zone}, "off": {"zone": zone}}
        self.rows = {
            name: formset(data, prefix=name, initial=initial[name], form_kwargs=keywords[name])
            for name, formset in _FORMSETS.items()
        }

    def is_valid(self) -> bool:
        answers = [one.is_valid() for one in (self.zone_form, *self.rows.values())]  # every one is asked, and says why
        return all(answers)

    @property
    def hours(self) -> Hours:
        """Return what was typed. Call once it is valid."""
        return Hours(
            time_zone=self.zone_form.cleaned_data["time_zone"],
            weekly=tuple(form.hours for form in self.rows["weekly"] if form.hours),
            extra=tuple(form.cleaned_data["interval"] for form in self.rows["extra"] if not form.is_blank),
            time_off=tuple(
                Closed(form.cleaned_data["interval"], form.cleaned_data["reason"])
                for form in self.rows["off"]
                if not form.is_blank
            ),
        )

    @property
    def seen(self) -> str:
        return self.zone_form.cleaned_data["seen"]

    @property
    def days(self) -> list[tuple[Weekday, list[StretchForm]]]:
        """Return the weekdays, each with its rows."""
        rows = list(self.rows["weekly"])
        return [(day, [row for row in rows if str(row["weekday"].value()) == str(day.value)]) for day in Weekday]


def with_another(data, what: str):
    """Return posted data with one more empty row: of a weekday ("0" to "6"), of "extra" or of "off"."""
    name = what if what in ("extra", "off") else "weekly"
    more = data.copy()
    try:
        count = int(data.get(f"{name}-TOTAL_FORMS", ""))
    except ValueError:
        return more
    if count < MOST_ROWS and (name != "weekly" or what in {str(day) for day in Weekday.values}):
        more[f"{name}-TOTAL_FORMS"] = str(count + 1)
        if name == "weekly":
            more[f"weekly-{count}-weekday"] = what
    return more


def _initial(hours: Hours, zone: ZoneInfo) -> dict[str, list[dict]]:
    """Return the rows of each kind, with a spare one for each weekday and two for each kind that is dated."""
    weekly = [{**vars(one)} for one in hours.weekly] + [{"weekday": day} for day in Weekday.values]
    extra = [ExtraForm.initial_of(one, zone) for one in hours.extra]
    off = [{**TimeOffForm.initial_of(one.interval, zone), "reason": one.reason} for one in hours.time_off]
    return {"weekly": weekly, "extra": [*extra, {}], "off": [*off, {}]}

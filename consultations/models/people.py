"""Who gives consultations, of which types, and in which working hours."""

import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.slots import Terms

TIME_ZONES = frozenset(zoneinfo.available_timezones())  # asked for once: finding them reads a directory tree


def validate_time_zone(name):
    if name not in TIME_ZONES:
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/London.")


def validate_whole_minutes(value):
    """Refuse seconds in a duration or a time of day: what is offered is named by its minute."""
    seconds = value.total_seconds() % 60 if isinstance(value, timedelta) else value.second + value.microsecond
    if seconds:
        raise ValidationError("Use whole minutes, without seconds.")


class Nutritionist(models.Model):
    """A member of the team who gives consultations."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, help_text="Part of addresses and links; do not change it once in use.")
    credentials = models.CharField(max_length=100, help_text="As clients see them, such as “Registered Nutritionist”.")
    bio = models.TextField(blank=True, help_text="Two or three sentences for clients.")
    time_zone = models.CharField(
        max_length=64,
        default="Europe/London",
        validators=[validate_time_zone],
        help_text="Working hours are wall time in this zone.",
    )
    most_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Most consultations a day; empty for as many as the hours hold."
    )
    video_url = models.URLField(
        "video link",
        blank=True,
        help_text="The address of this nutritionist’s video room; clients find it in their mails and calendar.",
    )
    is_active = models.BooleanField(default=True, help_text="Inactive nutritionists offer no times.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="The staff account this nutritionist signs in with.",
    )
    deputies = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        help_text="Staff accounts that may read this nutritionist’s clients’ answers, when they stand in.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="nutritionist_works_if_limited",
                condition=Q(most_per_day=None) | Q(most_per_day__gt=0),
                violation_error_message="A limit of 0 would offer no time; make the nutritionist inactive instead.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def has_address(self, email: str) -> bool:
        """Return whether this is where a nutritionist with an account gets mail."""
        return self.user is not None and self.user.email == email

    @property
    def first_name(self):
        return self.name.split()[0]

    @property
    def initials(self):
        return "".join(word[0] for word in self.name.split()[:2]).upper()


# Beyond them dates run out of years.
A_DAY_AT_MOST = MaxValueValidator(timedelta(days=1), message="A day at most.")
A_YEAR_AT_MOST = MaxValueValidator(timedelta(days=366), message="A year at most.")


class ConsultationTypeQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class ConsultationType(models.Model):
    """What can be booked, and the rules of booking it."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, help_text="Part of addresses and links; do not change it once in use.")
    description = models.TextField(help_text="What the client gets, in a sentence or two.")
    nutritionists = models.ManyToManyField(Nutritionist, related_name="consultation_types")
    duration = models.DurationField(
        default=timedelta(minutes=30),
        validators=[validate_whole_minutes, A_DAY_AT_MOST],
        help_text="As “30 minutes” or “1 hour 15 minutes”. Bookings already made keep theirs.",
    )
    step = models.DurationField(
        default=timedelta(minutes=30),
        validators=[validate_whole_minutes, A_DAY_AT_MOST],
        help_text="Times are offered this far apart, from the start of working hours, so 45 minutes gives 9:00, 9:45, "
        "10:30.",
    )
    buffer = models.DurationField(
        default=timedelta(minutes=10),
        validators=[A_DAY_AT_MOST],
        help_text="Kept free after each consultation, for notes and a breath. A longer one leaves fewer times.",
    )
    minimum_notice = models.DurationField(
        default=timedelta(hours=12),
        validators=[A_YEAR_AT_MOST],
        help_text="Times nearer than this cannot be booked by clients.",
    )
    booking_horizon = models.DurationField(
        default=timedelta(days=56),
        help_text="Times further away than this are not offered yet.",
    )
    needs_approval = models.BooleanField(
        default=False,
        help_text="A booking starts as a request: it keeps the time until the team accepts or declines it.",
    )
    answer_within = models.DurationField(
        default=timedelta(hours=24),
        validators=[A_YEAR_AT_MOST],
        help_text="A request nobody has answered by then expires, and the client is told.",
    )
    cancellation_cutoff = models.DurationField(
        "cancellation cut-off",
        default=timedelta(hours=2),
        validators=[A_YEAR_AT_MOST],
        help_text="Until this long before the start, clients move or cancel by themselves; later they write or call.",
    )
    offer_lasts = models.DurationField(
        "waiting-list offer lasts",
        default=timedelta(hours=2),
        validators=[A_YEAR_AT_MOST],
        help_text="A time that comes free is kept this long for the first on the waiting list whom it suits.",
    )
    is_active = models.BooleanField(
        default=True, help_text="Inactive types cannot be booked. Bookings already made stand."
    )

    objects = ConsultationTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="consultationtype_durations_positive",
                condition=Q(
                    duration__gte=timedelta(minutes=5),
                    step__gte=timedelta(minutes=5),
                    booking_horizon__gt=timedelta(0),
                    answer_within__gt=timedelta(0),
                ),
                violation_error_message="Duration and step are five minutes or more, horizon and answer above zero.",
            ),
            models.CheckConstraint(
                name="consultationtype_horizon_in_reach",
                condition=Q(booking_horizon__lte=timedelta(days=1100)),
                violation_error_message="The booking horizon is three years at most.",
            ),
            models.CheckConstraint(
                name="consultationtype_buffer_and_notice_not_negative",
                condition=Q(buffer__gte=timedelta(0), minimum_notice__gte=timedelta(0)),
                violation_error_message="Buffer and minimum notice cannot be negative.",
            ),
            models.CheckConstraint(
                name="consultationtype_cutoff_and_offer_make_sense",
                condition=Q(cancellation_cutoff__gte=timedelta(0), offer_lasts__gte=timedelta(minutes=15)),
                violation_error_message="The cut-off cannot be negative; an offer lasts a quarter of an hour or more.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def minutes(self):
        return int(self.duration.total_seconds() // 60)

    @property
    def terms(self) -> Terms:
        """Return the rules as the slot engine takes them."""
        return Terms(self.duration, self.step, self.buffer, self.minimum_notice, self.booking_horizon)


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class AvailabilityRule(models.Model):
    """Weekly working hours of one nutritionist, in local wall time of the nutritionist's own zone."""

    nutritionist = models.ForeignKey(Nutritionist, on_delete=models.CASCADE, related_name="availability_rules")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField("from", validators=[validate_whole_minutes])
    ends_at = models.TimeField("to", validators=[validate_whole_minutes])
    valid_from = models.DateField(null=True, blank=True, help_text="First day on which these hours hold.")
    valid_to = models.DateField(null=True, blank=True, help_text="Last day on which these hours hold.")

    class Meta:
        ordering = ["nutritionist", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                name="availabilityrule_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="Working hours end after they start.",
            ),
            models.CheckConstraint(name="availabilityrule_weekday_known", condition=Q(weekday__in=Weekday.values)),
            models.CheckConstraint(
                name="availabilityrule_valid_dates_in_order",
                condition=Q(valid_to__gte=F("valid_from")) | Q(valid_from=None) | Q(valid_to=None),
                violation_error_message="The last day cannot be before the first.",
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class ExtraHours(models.Model):
    """Dated working time of one nutritionist, beside the weekly hours."""

    nutritionist = models.ForeignKey(Nutritionist, on_delete=models.CASCADE, related_name="extra_hours")
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")

    class Meta:
        ordering = ["starts_at"]
        verbose_name_plural = "extra hours"
        constraints = [
            models.CheckConstraint(
                name="extrahours_end_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="Extra hours end after they start.",
            ),
        ]

    def __str__(self):
        return f"Extra hours from {date_format(localtime(self.starts_at), 'DATETIME_FORMAT')}"


class TimeOff(models.Model):
    """Dated time in which one nutritionist, or everybody, offers no times. Bookings already made stand."""

    nutritionist = models.ForeignKey(
        Nutritionist,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="time_off",
        help_text="Empty: everybody.",
    )
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")
    reason = models.CharField(max_length=100, blank=True, help_text="For the team; clients never see it.")
    applies = models.BooleanField(
        default=True,
        help_text="Untick to work after all. A bank holiday that is deleted comes back with the next import.",
    )
    bank_holiday_on = models.DateField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["starts_at"]
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(
                name="timeoff_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="Time off ends after it starts.",
            ),
        ]

    def __str__(self):
        # not the reason: it stands in the admin's log
        return f"Time off from {date_format(localtime(self.starts_at), 'DATETIME_FORMAT')}"

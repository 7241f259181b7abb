"""What the team exports of consultations. Health answers are in none of it."""

from consultations.models import AvailabilityRule, Booking, Nutritionist, OutgoingEmail, WaitlistEntry
from probio.exchange.sources import Source, offer

CLIENT_DATA = "probio.export_client_data"


def _named(relation, field="name"):
    """Return what reads a field of a row that this one may point at."""
    return lambda row: getattr(getattr(row, relation), field) if getattr(row, relation) else ""


BOOKINGS = offer(
    Source(
        name="consultations.bookings",
        title="Bookings",
        rows=lambda: Booking.objects.select_related("nutritionist", "consultation_type", "topic", "article"),
        permissions=("consultations.view_booking", CLIENT_DATA),
        columns={
            "reference": lambda row: row.reference,
            "status": lambda row: row.get_status_display(),
            "starts (UK time)": lambda row: row.starts_at,
            "ends (UK time)": lambda row: row.ends_at,
            "nutritionist": lambda row: row.nutritionist.name,
            "consultation type": lambda row: row.consultation_type.name,
            "client": lambda row: row.client_name,
            "email": lambda row: row.client_email,
            "channel": lambda row: row.get_channel_display(),
            "phone": lambda row: row.phone,
            "client's time zone": lambda row: row.client_time_zone,
            "topic": _named("topic"),
            "came from the article": _named("article", "slug"),
            "source": lambda row: row.get_source_display(),
            "booked (UK time)": lambda row: row.created_at,
        },
    )
)
WAITING_LIST = offer(
    Source(
        name="consultations.waiting_list",
        title="Waiting list",
        rows=lambda: WaitlistEntry.objects.select_related("consultation_type", "booking"),
        permissions=("consultations.view_waitlistentry", CLIENT_DATA),
        columns={
            "client": lambda row: row.client_name,
            "email": lambda row: row.client_email,
            "consultation type": lambda row: row.consultation_type.name,
            "days": lambda row: ", ".join(day.label for day in row.wished_weekdays),
            "times": lambda row: ", ".join(part.value for part in row.wished_parts),
            "client's time zone": lambda row: row.client_time_zone,
            "state": lambda row: row.get_state_display(),
            "booking": _named("booking", "reference"),
            "joined (UK time)": lambda row: row.joined_at,
        },
    )
)
NUTRITIONISTS = offer(
    Source(
        name="consultations.nutritionists",
        title="Nutritionists",
        rows=Nutritionist.objects.all,
        permissions=("consultations.view_nutritionist",),
        columns={
            "slug": lambda row: row.slug,
            "name": lambda row: row.name,
            "credentials": lambda row: row.credentials,
            "bio": lambda row: row.bio,
            "time zone": lambda row: row.time_zone,
            "most per day": lambda row: row.most_per_day,
            "video link": lambda row: row.video_url,
            "active": lambda row: row.is_active,
        },
    )
)
HOURS = offer(
    Source(
        name="consultations.hours",
        title="Working hours",
        rows=lambda: AvailabilityRule.objects.select_related("nutritionist"),
        permissions=("consultations.view_nutritionist", "consultations.view_availabilityrule"),
        within=lambda nutritionists: AvailabilityRule.objects.filter(nutritionist__in=nutritionists.order_by()),
        columns={
            "nutritionist": lambda row: row.nutritionist.slug,
            "weekday": lambda row: row.get_weekday_display(),
            "from": lambda row: row.starts_at,
            "to": lambda row: row.ends_at,
            "valid from": lambda row: row.valid_from,
            "valid to": lambda row: row.valid_to,
        },
    )
)
MAIL = offer(
    Source(
        name="consultations.mail",
        title="Outgoing mail",
        rows=lambda: OutgoingEmail.objects.select_related("booking"),
        permissions=("consultations.view_outgoingemail", CLIENT_DATA),
        columns={
            "message": lambda row: row.get_kind_display(),
            "to": lambda row: row.to,
            "state": lambda row: row.get_state_display(),
            "booking": _named("booking", "reference"),
            "due (UK time)": lambda row: row.due_at,
            "sent (UK time)": lambda row: row.sent_at,
            "tries": lambda row: row.attempts,
            "last error": lambda row: row.last_error,
        },
    )
)

"""The consultations tables: who gives consultations, when, who booked, and which messages are owed."""

from consultations.models.bookings import (
    ACTIVE,
    OCCUPYING,
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    Channel,
    ClaimKind,
    Consent,
    ConsentPurpose,
    NoTimeSuited,
    SlotClaim,
)
from consultations.models.outbox import EmailKind, EmailState, OutgoingEmail
from consultations.models.people import (
    TIME_ZONES,
    AvailabilityRule,
    ConsultationType,
    ExtraHours,
    Nutritionist,
    TimeOff,
)

__all__ = [
    "ACTIVE",
    "OCCUPYING",
    "TIME_ZONES",
    "AvailabilityRule",
    "Booking",
    "BookingEvent",
    "BookingEventKind",
    "BookingStatus",
    "Channel",
    "ClaimKind",
    "Consent",
    "ConsentPurpose",
    "ConsultationType",
    "EmailKind",
    "EmailState",
    "ExtraHours",
    "NoTimeSuited",
    "Nutritionist",
    "OutgoingEmail",
    "SlotClaim",
    "TimeOff",
]

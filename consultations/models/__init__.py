"""The consultations tables: who gives consultations, when, who booked, and which messages are owed."""

from consultations.models.bookings import (
    OCCUPYING,
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    ClaimKind,
    SlotClaim,
)
from consultations.models.outbox import EmailKind, EmailState, OutgoingEmail
from consultations.models.people import AvailabilityRule, ConsultationType, Nutritionist

__all__ = [
    "OCCUPYING",
    "AvailabilityRule",
    "Booking",
    "BookingEvent",
    "BookingEventKind",
    "BookingStatus",
    "ClaimKind",
    "ConsultationType",
    "EmailKind",
    "EmailState",
    "Nutritionist",
    "OutgoingEmail",
    "SlotClaim",
]

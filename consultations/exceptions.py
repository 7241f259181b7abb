"""What can go wrong with a booking, in the field's words."""


class ConsultationError(Exception):
    """Any refusal a client should hear about."""


class SlotUnavailable(ConsultationError):
    """The time asked for cannot be booked (any more)."""

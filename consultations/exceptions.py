"""What can go wrong with a booking, in the field's words."""


class ConsultationError(Exception):
    """Any refusal a client should hear about."""


class SlotUnavailable(ConsultationError):
    """The time asked for cannot be booked (any more).

    diaries: what was read to find that out, if anything; it holds the nearest other times.
    """

    def __init__(self, diaries=None):
        super().__init__("the time asked for cannot be booked")
        self.diaries = diaries


class AlreadyBooked(ConsultationError):
    """This client has an active booking that stands in the way. Said by mail only, never on screen."""


class TooManyHolds(ConsultationError):
    """A client, or all together, hold as many times as may be held at once."""


class Busy(ConsultationError):
    """Somebody else was changing the same nutritionist's time for too long; trying again will do."""


class NotActive(ConsultationError):
    """The booking is over, cancelled or declined: there is nothing left to change."""


class TooLate(ConsultationError):
    """The booking starts so soon that only the team can change it."""


class OfferGone(ConsultationError):
    """A waiting-list offer that has been answered, or was not answered in time."""


class NothingToSay(ConsultationError):
    """What a message was owed for is no more: it is obsolete rather than failed."""


class NotSendable(ConsultationError):
    """An outgoing message that is not to be sent (again), or not to be given up; the words say why."""


class HoursChanged(ConsultationError):
    """Somebody else changed the hours since they were read for a change of them."""


class Undecided(ConsultationError):
    """A change of hours concerns other bookings than those that were decided about."""


class NotOver(ConsultationError):
    """The consultation has not begun yet, or was not to take place: nothing has come of it."""


class Erased(ConsultationError):
    """The client has been taken out of the booking: nothing may be written about them any more."""

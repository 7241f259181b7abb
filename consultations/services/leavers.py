"""What ends here when somebody's account is closed."""

from django.db.models import Q

from consultations.models import UNSENT, EmailState, Nutritionist, OutgoingEmail
from consultations.services.feeds import close_feed


def let_go(user) -> None:
    """End a nutritionist's calendar feed, and send their address nothing any more. Named in STAFF_LEAVE.

    Whether clients can still book with them is decided by the team, which is asked what becomes of their bookings.
    """
    nutritionist = Nutritionist.objects.filter(user=user).first()
    if nutritionist is None:
        return
    close_feed(nutritionist)
    if user.email:
        theirs = Q(nutritionist=nutritionist) | Q(booking__nutritionist=nutritionist)
        OutgoingEmail.objects.filter(theirs, to=user.email, state__in=UNSENT).exclude(state=EmailState.SENDING).update(
            state=EmailState.OBSOLETE
        )

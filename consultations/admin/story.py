"""The page of a booking: how to prepare for it, and its story."""

from django.utils import timezone

from consultations.story import tell, to_read

SEEN_WITH = {
    "mail": "consultations.view_outgoingemail",
    "consent": "consultations.view_consent",
    "look": "consultations.view_answerslook",
}


class TellsStory:
    """What the page of a booking gains: what to prepare with, and what happened, as far as one may see it."""

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            sorts = {sort for sort, permission in SEEN_WITH.items() if request.user.has_perm(permission)}
            context |= {"story": tell(obj, sorts=sorts), "to_read": to_read(obj, timezone.now())}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

"""Show a rendered e-mail in a frame of our own pages, where it can show itself and do nothing else."""

from functools import wraps

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.views.decorators.clickjacking import xframe_options_sameorigin

# A mail brings its styles along; it may load the site's own banner and nothing else, and run nothing.
_MAIL_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF],
    "frame-ancestors": [SELF],
}


def framed_mail(view):
    """Let the response of a view, the HTML of a mail, stand in a frame of this site."""
    return wraps(view)(csp_replace(_MAIL_POLICY)(xframe_options_sameorigin(view)))


def shows_mail(view):
    """Let a page hold such a frame."""
    return wraps(view)(csp_replace({"frame-src": [SELF]})(view))

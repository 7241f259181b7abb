"""What every request passes through, beside Django's own."""

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import page_not_found

from probio.context import site
from probio.views import bad_request


def own_error_pages(get_response):
    """Under DEBUG, show the 400 and 404 pages that visitors get, instead of Django's list of addresses and settings.

    The page for an exception nobody foresaw stays Django's: that is what DEBUG is for.
    """

    def respond(request):
        response = get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            if response.status_code == 404:
                return page_not_found(request, Http404())
            if response.status_code == 400:
                return bad_request(request, None)
        return response

    return respond


def refuse_other_charsets(get_response):
    """Answer 415 to a body in another encoding than UTF-8: Python knows some that are no text at all."""

    def respond(request):
        charset = request.content_params.get("charset", "utf-8").strip("\"'").lower()
        if charset not in ("utf-8", "utf8"):
            return HttpResponse(render_to_string("400.html", site(request)), status=415)
        return get_response(request)

    return respond


class AcceptNoReferrer:
    """Let a page that sends no referrer post to us: from there browsers call the origin "null", which CSRF refuses.

    Only for views marked `sends_no_referrer`; the CSRF token itself is asked for as everywhere.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if getattr(view, "sends_no_referrer", False) and request.headers.get("Origin") == "null":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"

"""Who is asking: the address of a request, behind as many proxies as may be believed, and whether it is a reader."""

import hashlib
import hmac
import re
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings

_BROWSER = ("Mozilla/", "Opera/")  # how the names of all browsers begin
# What machines say that call themselves a browser as well. Cubot makes phones.
_MACHINE = re.compile(r"(?<!cu)bot|crawl|spider|slurp|preview|headless|lighthouse|monitor|https?:", re.IGNORECASE)
_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def client_hash(request) -> str:
    """Return 32 characters that tell addresses apart and lead back to none without SECRET_KEY.

    An IPv6 address counts as its /64 network, which is what one household gets.
    """
    try:
        address = ip_address(_address(request))
    except ValueError:
        network = "unknown"
    else:
        address = getattr(address, "ipv4_mapped", None) or address
        prefix = 64 if isinstance(address, IPv6Address) else 32
        network = str(ip_network((address, prefix), strict=False))
    return hmac.new(settings.SECRET_KEY.encode(), network.encode(), hashlib.sha256).hexdigest()[:32]


def is_reader(request) -> bool:
    """Say whether somebody asks for a page in order to read it.

    No machine that says what it is, no browser that fetches ahead, and none of the team: only they have a session.
    """
    agent = request.META.get("HTTP_USER_AGENT", "")
    return (
        request.method == "GET"
        and agent.startswith(_BROWSER)
        and _MACHINE.search(agent) is None
        and not any("prefetch" in request.META.get(name, "") for name in _AHEAD)
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )


def _address(request) -> str:
    """Return the address that the outermost trusted proxy saw; without proxies nobody's header is believed."""
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        return hops[max(len(hops) - settings.TRUSTED_PROXIES, 0)]
    return request.META.get("REMOTE_ADDR", "")

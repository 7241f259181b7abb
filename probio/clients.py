"""Who is asking: the address of a request, behind as many proxies as may be believed."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings


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


def _address(request) -> str:
    """Return the address that the outermost trusted proxy saw; without proxies nobody's header is believed."""
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        return hops[max(len(hops) - settings.TRUSTED_PROXIES, 0)]
    return request.META.get("REMOTE_ADDR", "")

"""E-mail addresses: which are the same person's, and which are probably mistyped. Pure: standard library only."""

from contextlib import suppress
from difflib import get_close_matches

# Where most UK clients have their mail: a domain close to one of these is pointed out.
LIKELY_DOMAINS = (
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.co.uk", "yahoo.com"),
    *("yahoo.co.uk", "icloud.com", "btinternet.com", "talktalk.net", "virginmedia.com", "ntlworld.com"),
    *("protonmail.com", "proton.me"),
)
# Close to one of those and right all the same.
REAL_DOMAINS = {"mail.com", "ymail.com", "email.com", "gmx.com", "gmx.co.uk", "live.com", "me.com", "outlook.co.uk"}
_GMAIL = {"gmail.com", "googlemail.com"}


def normalise(email: str) -> str:
    """Return the form under which one mailbox is one client: lower case, without a +tag; for Gmail without dots."""
    local, _, domain = email.strip().lower().rpartition("@")
    with suppress(UnicodeError):  # bücher.example and its xn-- form are one place
        domain = domain.encode("idna").decode("ascii")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def likely_intended(email: str) -> str | None:
    """Return the address that was probably meant, or None when the domain looks right."""
    local, _, domain = email.rpartition("@")
    domain = domain.lower()
    if domain in LIKELY_DOMAINS or domain in REAL_DOMAINS:
        return None
    nearest = get_close_matches(domain, LIKELY_DOMAINS, n=1, cutoff=0.85)
    return f"{local}@{nearest[0]}" if nearest else None

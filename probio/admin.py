"""Found by the admin: what the site itself brings to it."""

from probio.exchange import admin as exchange_admin  # noqa: F401
from probio.staff import admin, log  # noqa: F401

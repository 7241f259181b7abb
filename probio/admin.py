"""Found by the admin: what the site itself brings to it."""

from probio.staff import admin  # noqa: F401

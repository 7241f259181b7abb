"""The nutrition team's view of consultations. Importing the modules registers them."""

from consultations.admin import bookings  # noqa: F401

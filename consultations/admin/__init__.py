"""The nutrition team's view of consultations. Importing the modules registers them."""

from consultations.admin import answers, bookings, mail, questionnaire, records  # noqa: F401

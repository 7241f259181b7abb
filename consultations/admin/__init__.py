"""The nutrition team's view of consultations. Importing the modules registers them."""

from consultations.admin import answers, bookings, hours, mail, questionnaire, records, types  # noqa: F401

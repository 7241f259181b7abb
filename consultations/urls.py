"""Addresses under /consultations/."""

from django.urls import path

from consultations.views import book, booked, times

app_name = "consultations"
urlpatterns = [
    path("", times.index, name="index"),
    path("<slug:slug>/times/", times.times, name="times"),
    path("<slug:slug>/hold/", times.hold, name="hold"),
    path("<slug:slug>/no-time-suited/", times.no_time_suited, name="no-time-suited"),
    path("book/<uuid:hold>/", book.book, name="book"),
    path("booked/<str:reference>/", booked.booked, name="booked"),
    path("booked/<str:reference>/address/", booked.address, name="address"),
    path("booked/<str:reference>/calendar.ics", booked.calendar, name="calendar"),
]

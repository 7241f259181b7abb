"""Addresses under /consultations/."""

from django.urls import path

from consultations import views

app_name = "consultations"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/times/", views.times, name="times"),
    path("book/<str:slot>/", views.book, name="book"),
    path("booked/<str:reference>/", views.booked, name="booked"),
    path("booked/<str:reference>/calendar.ics", views.calendar, name="calendar"),
]

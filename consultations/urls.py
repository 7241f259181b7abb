"""Addresses under /consultations/."""

from django.urls import path

from consultations.views import answers, book, booked, diary, feedback, find, manage, privacy, times, waitlist

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
    path("find/", find.find, name="find"),
    path("find/sent/", find.found, name="found"),
    path("manage/<str:token>/", manage.manage, name="manage"),
    path("manage/<str:token>/move/", manage.move, name="move"),
    path("manage/<str:token>/cancel/", manage.cancel, name="cancel"),
    path("manage/<str:token>/details/", manage.details, name="details"),
    path("manage/<str:token>/answers/", answers.answers, name="answers"),
    path("manage/<str:token>/answers/withdraw/", answers.withdraw, name="answers-withdraw"),
    path("manage/<str:token>/feedback/", feedback.feedback, name="feedback"),
    path("manage/<str:token>/resend/", manage.resend, name="resend"),
    path("manage/<str:token>/stop-news/", manage.stop_news, name="stop-news"),
    path("manage/<str:token>/calendar.ics", manage.calendar, name="manage-calendar"),
    path("manage/<str:token>/data/", privacy.data, name="data"),
    path("manage/<str:token>/data/download/", privacy.download, name="data-download"),
    path("manage/<str:token>/data/erase/", privacy.erase, name="erase"),
    path("diary/<str:token>.ics", diary.feed, name="diary-feed"),
    path("erased/", privacy.erased, name="erased"),
    path("privacy/", privacy.notice, name="privacy"),
    path("address/<str:token>/", manage.prove_address, name="prove-address"),
    path("waitlist/", waitlist.join, name="waitlist"),
    path("waitlist/joined/", waitlist.joined, name="waitlist-joined"),
    path("waitlist/<str:token>/", waitlist.entry, name="waitlist-entry"),
    path("waitlist/<str:token>/accept/", waitlist.accept, name="waitlist-accept"),
    path("waitlist/<str:token>/decline/", waitlist.decline, name="waitlist-decline"),
    path("waitlist/<str:token>/leave/", waitlist.leave, name="waitlist-leave"),
]

"""Addresses under /webhooks/, which machines call."""

from django.urls import path

from consultations.views import webhooks

urlpatterns = [path("email/", webhooks.email_events, name="email-events")]

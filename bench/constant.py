"""The yardstick for reading: a Django site with Django's own middleware and one view, which returns constant bytes."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

CONSTANT = Path(os.environ["BENCH_CONSTANT"]).read_bytes()
# As `django-admin startproject` writes it.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def constant(request):
    return HttpResponse(CONSTANT)


urlpatterns = [re_path("", constant)]

settings.MIDDLEWARE = MIDDLEWARE
settings.ROOT_URLCONF = "bench.constant"
application = get_wsgi_application()

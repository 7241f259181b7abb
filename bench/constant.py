"""The yardstick for reading: a Django site with Django's own middleware and one view, which returns constant bytes."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
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

django.setup(set_prefix=False)  # with the site's own middleware, which its apps ask for
settings.MIDDLEWARE = MIDDLEWARE
settings.ROOT_URLCONF = "bench.constant"
application = WSGIHandler()

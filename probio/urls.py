"""Every address of the site; the apps bring their own."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from probio import health, views

admin.site.index_title = "Start page"
admin.site.login = secure_admin_login(admin.site.login)  # before admin.site.urls is read

urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", include("articles.urls")),
    path("consultations/", include("consultations.urls")),
    path("media/", include("articles.media_urls")),
    path("webhooks/", include("consultations.webhook_urls")),
    path("", include("articles.sitemap_urls")),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(f"{settings.ADMIN_PATH}/account/", include("probio.staff.urls")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
]
if settings.DEBUG:
    urlpatterns += [path("dev/mail/", include("probio.local.mail_urls"))]

handler400 = views.bad_request
handler500 = views.server_error

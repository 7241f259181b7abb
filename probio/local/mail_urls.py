"""/dev/mail/: the sink's messages in the browser. Only mounted when DEBUG is on."""

from django.urls import path

from probio.local import mail_views

app_name = "mail"
urlpatterns = [
    path("", mail_views.mail_list, name="list"),
    path("<slug:name>/", mail_views.mail_detail, name="detail"),
    path("<slug:name>/html/", mail_views.mail_html, name="html"),
    path("<slug:name>/attachments/<int:number>/", mail_views.mail_attachment, name="attachment"),
]

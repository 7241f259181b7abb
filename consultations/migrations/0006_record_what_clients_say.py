import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0005_let_claims_hold_times"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "holding the consultation"), ("marketing", "news by e-mail")],
                        max_length=20,
                    ),
                ),
                ("wording", models.TextField()),
                ("granted_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["granted_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="NoTimeSuited",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "no time suited",
                "ordering": ["-on"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="bookingevent",
            name="bookingevent_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="outgoingemail",
            name="outgoingemail_kind_known",
        ),
        migrations.AddField(
            model_name="booking",
            name="article",
            field=models.ForeignKey(
                blank=True,
                help_text="The article from which the client came.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="articles.article",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="channel",
            field=models.CharField(
                choices=[("video", "Video call, in your browser"), ("phone", "Phone call")],
                default="video",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="client_time_zone",
            field=models.CharField(default="Europe/London", max_length=64),
        ),
        migrations.AddField(
            model_name="booking",
            name="email_normalised",
            field=models.CharField(default="", editable=False, max_length=254),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="booking",
            name="notes",
            field=models.TextField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="booking",
            name="phone",
            field=models.CharField(blank=True, help_text="International, as +44 20 7946 0018.", max_length=20),
        ),
        migrations.AddField(
            model_name="booking",
            name="respond_by",
            field=models.DateTimeField(blank=True, help_text="When an unanswered request expires.", null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="articles.topic",
            ),
        ),
        migrations.AlterField(
            model_name="bookingevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booked", "booked"),
                    ("requested", "requested"),
                    ("accepted", "request accepted"),
                    ("declined", "request declined"),
                    ("expired", "request expired"),
                    ("address_corrected", "e-mail address corrected"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="outgoingemail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booked", "booking confirmation"),
                    ("requested", "request received"),
                    ("declined", "request declined"),
                    ("expired", "request expired"),
                    ("already_booked", "already booked"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["video", "phone"])), name="booking_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "phone"), _negated=True),
                    models.Q(("phone", ""), _negated=True),
                    _connector="OR",
                ),
                name="booking_phone_call_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "requested"), _negated=True), ("respond_by__isnull", False), _connector="OR"
                ),
                name="booking_request_has_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookingevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["booked", "requested", "accepted", "declined", "expired", "address_corrected"])
                ),
                name="bookingevent_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingemail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["booked", "requested", "declined", "expired", "already_booked"])),
                name="outgoingemail_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="consultations.booking"
            ),
        ),
        migrations.AddField(
            model_name="notimesuited",
            name="article",
            field=models.ForeignKey(
                blank=True,
                help_text="Where they came from.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="articles.article",
            ),
        ),
        migrations.AddField(
            model_name="notimesuited",
            name="consultation_type",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="consultations.consultationtype"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["service", "marketing"])), name="consent_purpose_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("booking", "purpose"), name="consent_once_a_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="notimesuited",
            constraint=models.UniqueConstraint(
                fields=("on", "consultation_type", "article"), name="notimesuited_once_a_day", nulls_distinct=False
            ),
        ),
    ]

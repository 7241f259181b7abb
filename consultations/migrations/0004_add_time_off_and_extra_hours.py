import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0003_tie_bookings_to_their_claims"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExtraHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
            ],
            options={
                "verbose_name_plural": "extra hours",
                "ordering": ["starts_at"],
            },
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                (
                    "reason",
                    models.CharField(blank=True, help_text="For the team; clients never see it.", max_length=100),
                ),
                (
                    "applies",
                    models.BooleanField(
                        default=True,
                        help_text="Untick to work after all. A bank holiday that is deleted comes back with the next import.",
                    ),
                ),
                ("bank_holiday_on", models.DateField(blank=True, editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name_plural": "time off",
                "ordering": ["starts_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="consultationtype",
            name="consultationtype_durations_positive",
        ),
        migrations.AddField(
            model_name="consultationtype",
            name="answer_within",
            field=models.DurationField(
                default=datetime.timedelta(days=1),
                help_text="A request nobody has answered by then expires, and the client is told.",
            ),
        ),
        migrations.AddField(
            model_name="consultationtype",
            name="needs_approval",
            field=models.BooleanField(
                default=False,
                help_text="A booking starts as a request: it keeps the time until the team accepts or declines it.",
            ),
        ),
        migrations.AddField(
            model_name="nutritionist",
            name="most_per_day",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="Most consultations a day; empty for as many as the hours hold.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationtype",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_within__gt", datetime.timedelta(0)),
                    ("booking_horizon__gt", datetime.timedelta(0)),
                    ("duration__gt", datetime.timedelta(0)),
                    ("step__gt", datetime.timedelta(0)),
                ),
                name="consultationtype_durations_positive",
                violation_error_message="Duration, step, booking horizon and time to answer must be longer than zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nutritionist",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_per_day", None), ("most_per_day__gt", 0), _connector="OR"),
                name="nutritionist_works_if_limited",
                violation_error_message="A limit of 0 would offer no time; make the nutritionist inactive instead.",
            ),
        ),
        migrations.AddField(
            model_name="extrahours",
            name="nutritionist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="extra_hours", to="consultations.nutritionist"
            ),
        ),
        migrations.AddField(
            model_name="timeoff",
            name="nutritionist",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: everybody.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="time_off",
                to="consultations.nutritionist",
            ),
        ),
        migrations.AddConstraint(
            model_name="extrahours",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="extrahours_end_after_start",
                violation_error_message="Extra hours end after they start.",
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="timeoff_ends_after_start",
                violation_error_message="Time off ends after it starts.",
            ),
        ),
    ]

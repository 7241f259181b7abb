import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_make_revisions_immutable"),
        ("consultations", "0004_add_time_off_and_extra_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="slotclaim",
            name="article",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="articles.article",
            ),
        ),
        migrations.AddField(
            model_name="slotclaim",
            name="client_hash",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="slotclaim",
            name="consultation_type",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="consultations.consultationtype"
            ),
        ),
        migrations.AddField(
            model_name="slotclaim",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="slotclaim",
            name="public_id",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True
            ),
        ),
        migrations.AddField(
            model_name="slotclaim",
            name="time_zone",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="slotclaim",
            index=models.Index(
                condition=models.Q(("released_at", None)), fields=["blocked_until"], name="slotclaim_live_by_end"
            ),
        ),
        migrations.AddIndex(
            model_name="slotclaim",
            index=models.Index(
                condition=models.Q(("client_hash", ""), _negated=True),
                fields=["client_hash", "created_at"],
                name="slotclaim_by_client",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "hold"), _negated=True), ("consultation_type__isnull", False), _connector="OR"
                ),
                name="slotclaim_hold_knows_its_type",
            ),
        ),
    ]

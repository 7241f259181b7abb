import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Where an article stands: withdrawn, last changed, its old addresses, publications and preview links."""

    dependencies = [
        ("articles", "0005_make_citations_immutable"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=100, unique=True)),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "old addresses",
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="PreviewLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="changed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="article",
            name="withdrawal_reason",
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name="article",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="revision",
            name="interests",
            field=models.TextField(
                default="Probio7 paid for this article to be written and reviewed. It sells live bacteria supplements, so it stands to gain when readers think well of them.",
                max_length=600,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="is_major",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="revision",
            name="renderer_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="article",
            name="slug",
            field=models.SlugField(
                help_text="The article's address. Once published, it moves by a button of its own.",
                max_length=100,
                unique=True,
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("expire_at__isnull", False)), fields=["expire_at"], name="article_expiring"
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawal_reason", ""), ("withdrawn_at", None)),
                    models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawal_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="article_withdrawn_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None),
                    models.Q(("live_revision__isnull", False), ("withdrawn_at__gte", models.F("publish_at"))),
                    _connector="OR",
                ),
                name="article_withdrawn_after_publication",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("interests", ""), _negated=True), name="revision_states_interests"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_major", False), models.Q(("change_note", ""), _negated=True), _connector="OR"),
                name="revision_major_says_what",
            ),
        ),
        migrations.AddField(
            model_name="oldaddress",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="old_addresses", to="articles.article"
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="preview_links", to="articles.revision"
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="publications", to="articles.revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="previewlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="previewlink_expires"
            ),
        ),
    ]

from django.db import migrations


def clear(apps, schema_editor):
    apps.get_model("auth", "User").user_permissions.through.objects.all().delete()


class Migration(migrations.Migration):
    """Nobody has permissions of their own any more: no page would show them or take them away."""

    dependencies = [
        ("probio", "0002_keep_the_log_as_it_was_written"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(clear, migrations.RunPython.noop)]

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Lower


def fill(apps, schema_editor):
    """Lower case is enough for what was stored before addresses were normalised in full."""
    bookings = apps.get_model("consultations", "Booking").objects.filter(email_normalised="")
    bookings.update(email_normalised=Lower(F("client_email")))


class Migration(migrations.Migration):
    dependencies = [("consultations", "0006_record_what_clients_say")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

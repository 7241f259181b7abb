"""Run every measurement on a database of its own: `make bench`."""

import django
from django.conf import settings
from django.db import connection

django.setup()
settings.RATE_LIMIT_SCALE = 0
settings.DEBUG = False
settings.STAFF_NEED_SECOND_FACTOR = False
settings.ALLOWED_HOSTS = ["*"]
old_name = connection.settings_dict["NAME"]
connection.creation.create_test_db(verbosity=0, autoclobber=True)
try:
    from bench import booking, draining, finding, listing, reading, rendering, searching, server, team

    server.collect_static()
    reading.run()
    rendering.run()
    listing.run()
    searching.run()
    finding.run()
    team.run()
    booking.run()
    draining.run()
finally:
    connection.creation.destroy_test_db(old_name, verbosity=0)

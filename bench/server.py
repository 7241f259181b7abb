"""The site's own kind of server, on the database of the measurements: two gunicorn workers of four threads."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from django.conf import settings

from probio.local.state import free_port


def collect_static():
    """Write the files' hashed names, by which pages served without DEBUG call them."""
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env={**os.environ, "DEBUG": "0"}, check=True)


@contextmanager
def serving(application: str, **environment):
    """Serve a WSGI module, and give the port on which it answers."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{settings.DATABASES['default']['NAME']}",
        "RATE_LIMIT_SCALE": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "0",
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", application, "--worker-class", "gthread", "--workers", "2"]
    command += ["--threads", "4", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port):
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the server to measure did not start")

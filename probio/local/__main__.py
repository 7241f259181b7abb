"""`python -m probio.local run` and `python -m probio.local with-servers -- COMMAND…`; make calls both."""

import os
import subprocess
import sys
from pathlib import Path

from probio.local import chromium
from probio.local.errors import LocalError
from probio.local.processes import Supervisor, run_in_front, stop_when_asked
from probio.local.run import run
from probio.local.servers import start_servers
from probio.local.state import State

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".local"


def main(arguments: list[str]) -> int:
    stop_when_asked()
    os.chdir(ROOT)
    try:
        match arguments:
            case ["run"]:
                return run(ROOT, State(STATE, held_by="`make run`"))
            case ["with-servers", "--", *command] if command:
                return with_servers(command)
            case ["check-production"]:
                return check_production()
            case _:
                raise LocalError("say `run`, `check-production` or `with-servers -- COMMAND`.")
    except LocalError as error:
        print(f"probio: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk shows anywhere
        print(f"probio: {error.filename or 'the system says'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def with_servers(command: list[str]) -> int:
    """Run a command beside servers of its own, with data in .local/test, and return its exit code."""
    state = State(STATE / "test", held_by="`make test`")
    supervisor = Supervisor(state.servers_lock)
    try:
        servers = start_servers(supervisor, state, is_for_tests=True)
        environment = {
            "DEBUG": "1",
            "SECRET_KEY": state.secret("secret_key"),
            "FIELD_KEYS": state.key("field_key"),
            "SITE_URL": "http://localhost:8000",
            "EMAIL_URL": "smtp://127.0.0.1:9",  # nobody there: a test that sends starts a server of its own
            "LOCAL_DIR": str(state.directory),
            "MEDIA_DIR": str(state.directory / "media"),
            "CHROMIUM": chromium.find_or_install() or "",
            **servers,
        }
        return run_in_front(command, {**os.environ, **environment})
    finally:
        supervisor.stop()


def check_production() -> int:
    """Run Django's deployment check and collect static files, with the settings of a production site."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
        "FIELD_KEYS": "b25seS1mb3ItdGhpcy1jaGVjay0wMTIzNDU2Nzg5YWI=",
        "SITE_URL": "https://www.example.com",
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "EMAIL_URL": "smtp://127.0.0.1:9",
    }
    for command in (["check", "--deploy", "--fail-level", "WARNING"], ["collectstatic", "--noinput", "--clear"]):
        code = subprocess.call([sys.executable, "manage.py", *command], env=environment)
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The three servers the site needs, started unless the environment names its own."""

import os
import socket
import sys
from pathlib import Path

from probio.local.errors import LocalError
from probio.local.postgres import Postgres
from probio.local.processes import Program, Supervisor, wait_until
from probio.local.state import State
from probio.local.valkey import Valkey

SECONDS_TO_START = 30


def start_servers(supervisor: Supervisor, state: State, *, is_for_tests: bool) -> dict:
    """Start PostgreSQL, Valkey and the mail sink, and return the variables that lead to them.

    A server whose variable is already set is not started. Raises LocalError, with the server's last words, when
    one does not come up; otherwise what they say is of no use here and is not printed.
    """
    from_environment = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")}
    found = {name: value for name, value in from_environment.items() if value}
    if "DATABASE_URL" not in found:
        postgres = Postgres(state, is_for_tests=is_for_tests)
        _start(supervisor, postgres.program(), postgres.answers)
        found["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in found:
        valkey = Valkey(state, is_for_tests=is_for_tests)
        _start(supervisor, valkey.program(), valkey.answers)
        found["REDIS_URL"] = valkey.url
    if "EMAIL_URL" not in found and not is_for_tests:
        port = state.port("mail_port")
        _start(supervisor, mail_sink(port, state.directory / "mail"), lambda: _listens(port))
        found["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    return found


def mail_sink(port: int, folder: Path) -> Program:
    return Program("mail", [sys.executable, "-m", "probio.local.mail_sink", str(port), str(folder)])


def _start(supervisor, program, answers):
    program.is_quiet = True
    supervisor.start(program)
    if not wait_until(answers, program, seconds=SECONDS_TO_START):
        raise LocalError(f"{program.name} did not start: {' / '.join(program.last_lines) or 'it said nothing'}")


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

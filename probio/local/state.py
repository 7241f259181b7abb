"""The directory that holds the embedded servers' data: one process at a time, ports and secrets remembered."""

import base64
import fcntl
import json
import os
import secrets
import socket
import time
from pathlib import Path

from probio.local.errors import LocalError

SECONDS_FOR_A_KILLED_RUN = 8


class State:
    """A locked state directory. `values` survive in state.json, readable by their owner only."""

    def __init__(self, directory: Path, *, held_by: str):
        """Lock the directory, made if need be. Raises LocalError when somebody holds it or the disk is full.

        The servers hold servers_lock as well: after a kill -9 of the last run they take a moment to end, and
        until then their ports and data are not ours.
        """
        self.directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = (directory / "lock").open("w")
            self.servers_lock = (directory / "servers.lock").open("w")
        except OSError as error:
            raise LocalError(f"cannot write to {directory}: {error.strerror}") from error
        if not _lock(self._lock, seconds=0):
            raise LocalError(f"{held_by} is already running in this folder.")
        if not _lock(self.servers_lock, seconds=SECONDS_FOR_A_KILLED_RUN):
            raise LocalError(f"the servers of an earlier {held_by} are still running in this folder.")
        self._path = directory / "state.json"
        try:
            self.values = json.loads(self._path.read_text()) if self._path.exists() else {}
        except ValueError:  # as after a power cut; the passwords of the data are lost with it
            raise LocalError(f"{self._path} is damaged; delete {directory} to start afresh.") from None

    def secret(self, name: str) -> str:
        """Return a random secret of 64 characters, the same at each start."""
        return self._remembered(name, lambda: secrets.token_urlsafe(48))

    def password(self, name: str) -> str:
        """Return a random password a person can type, the same at each start."""
        return self._remembered(name, lambda: "-".join(secrets.token_hex(2) for _ in range(4)))

    def key(self, name: str) -> str:
        """Return a random key of 256 bits in URL-safe base64, as Fernet takes it, the same at each start."""
        return self._remembered(name, lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())

    def port(self, name: str) -> int:
        """Return a free port, the one used last time if it still is."""
        port = self.values.get(name)
        if port is None or not is_free(port):
            port = self.values[name] = free_port()
            self._save()
        return port

    def _remembered(self, name, make):
        if name not in self.values:
            self.values[name] = make()
            self._save()
        return self.values[name]

    def _save(self):
        scratch = self._path.with_suffix(".new")
        try:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(self.values, file, indent=1)
            scratch.replace(self._path)
        except OSError as error:
            raise LocalError(f"cannot write to {self.directory}: {error.strerror}") from error


def _lock(file, *, seconds: float) -> bool:
    """Return whether the file's lock could be had within the time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.1)
        else:
            return True


def is_free(port: int) -> bool:
    """Return whether this machine's loopback address has nobody on a port. Raises LocalError when only root may."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LocalError(f"port {port} is for root only; choose another, as in: PORT=8080 make run") from None
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

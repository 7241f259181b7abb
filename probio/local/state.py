"""The directory that holds the embedded servers' data: one process at a time, ports and secrets remembered."""

import fcntl
import json
import os
import secrets
import socket
from pathlib import Path

from probio.local.errors import LocalError


class State:
    """A locked state directory. `values` survive in state.json, readable by their owner only."""

    def __init__(self, directory: Path, *, held_by: str):
        """Lock the directory, made if need be. Raises LocalError when somebody holds it or the disk is full."""
        self.directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = (directory / "lock").open("w")
        except OSError as error:
            raise LocalError(f"cannot write to {directory}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalError(f"{held_by} is already running in this folder.") from None
        self._path = directory / "state.json"
        self.values = json.loads(self._path.read_text()) if self._path.exists() else {}

    def secret(self, name: str) -> str:
        """Return a random secret of 64 characters, the same at each start."""
        return self._remembered(name, lambda: secrets.token_urlsafe(48))

    def password(self, name: str) -> str:
        """Return a random password a person can type, the same at each start."""
        return self._remembered(name, lambda: "-".join(secrets.token_hex(2) for _ in range(4)))

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
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(self.values, file, indent=1)
        except OSError as error:
            raise LocalError(f"cannot write to {self.directory}: {error.strerror}") from error
        scratch.replace(self._path)


def is_free(port: int) -> bool:
    """Return whether this machine's loopback address has nobody on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

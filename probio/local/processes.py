"""Child processes that cannot outlive us: started, watched, started again, stopped."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_FOR_A_WAVE = 2.5


class RunsAs(Enum):
    """As whom a program is started when we are root ourselves; an ordinary user's programs are always their own."""

    US = "us"
    NAMESPACE = "uid 1000 of a user namespace"
    NOBODY = "the account nobody"


@dataclass
class Program:
    """What to run, and how to end it.

    stop_signal asks it to end; input is fed to it at each start; prepare is called before each start, to clear
    what a killed run left behind; is_base programs are stopped after all the others.
    """

    name: str
    command: list[str]
    environment: dict[str, str] | None = None
    stop_signal: int = signal.SIGTERM
    input: str | None = None
    runs_as: RunsAs = RunsAs.US
    prepare: Callable[[], None] | None = None
    is_base: bool = False
    is_quiet: bool = False
    process: subprocess.Popen | None = field(default=None, init=False)
    last_lines: list[str] = field(default_factory=list, init=False)

    def start(self):
        """Start the program in a session of its own, so that Ctrl-C reaches the supervisor only."""
        if self.prepare:
            self.prepare()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.PIPE if self.input is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            **_identity(self.runs_as),
        )
        if self.input is not None:
            self.process.stdin.write(self.input)
            self.process.stdin.close()
        threading.Thread(target=self._relay, args=[self.process], daemon=True).start()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self):
        if self.is_running():
            self.process.send_signal(self.stop_signal)

    def end(self, seconds: float):
        """Wait for the program to end; after so many seconds kill its whole session."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _relay(self, process):
        for line in process.stdout:
            self.last_lines = [*self.last_lines[-4:], line.rstrip()]
            if not self.is_quiet:
                print(f"{self.name:>9} | {line}", end="", flush=True)


class Supervisor:
    """Keeps programs running: one that ends is started again within a second."""

    def __init__(self):
        self.programs: list[Program] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self, program: Program):
        """Start a program and watch it from now on."""
        program.start()
        with self._lock:
            self.programs.append(program)
        if not self._watcher.is_alive():
            self._watcher.start()

    def stop(self):
        """Stop every program, the servers last, and return when all are gone: at most some five seconds later."""
        self._stopping.set()
        with self._lock:
            for is_base in (False, True):
                wave = [program for program in self.programs if program.is_base == is_base]
                for program in wave:
                    program.ask_to_stop()
                deadline = time.monotonic() + _SECONDS_FOR_A_WAVE
                for program in wave:
                    program.end(max(0, deadline - time.monotonic()))

    def _watch(self):
        while not self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
            with self._lock:
                for program in self.programs:
                    if not program.is_running() and not self._stopping.is_set():
                        self._start_again(program)

    def _start_again(self, program):
        last_words = f" ({program.last_lines[-1]})" if program.last_lines else ""
        print(f"{program.name:>9} | ended{last_words}; starting it again", flush=True)
        try:
            program.start()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{program.name:>9} | {error}; trying again soon", flush=True)


def wait_until(is_ready: Callable[[], bool], program: Program, *, seconds: float) -> bool:
    """Return whether `is_ready` came true while the program lived, within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_ready():
            return True
        if not program.is_running():
            return False
        time.sleep(0.05)
    return False


def run_once(command, *, runs_as=RunsAs.US) -> subprocess.CompletedProcess:
    """Run a command to its end as somebody, and return what it said."""
    return subprocess.run(command, capture_output=True, text=True, **_identity(runs_as))


def somebody_ordinary() -> RunsAs:
    """Return how to start a program that refuses to run as root."""
    if os.geteuid() != 0:
        return RunsAs.US
    try:
        run_once(["true"], runs_as=RunsAs.NAMESPACE)
    except subprocess.SubprocessError:  # as in a container without user namespaces
        return RunsAs.NOBODY
    return RunsAs.NAMESPACE


NOBODY_UID = 65534


def _identity(runs_as: RunsAs) -> dict:
    """Return the arguments of Popen that start a child as somebody, mortal in any case."""
    if runs_as is RunsAs.NAMESPACE:
        return {"preexec_fn": _enter_namespace}
    if runs_as is RunsAs.NOBODY:
        return {"preexec_fn": _become_mortal, "user": NOBODY_UID, "group": NOBODY_UID, "extra_groups": []}
    return {"preexec_fn": _become_mortal}


def _become_mortal():
    """In the child: be interrupted when the supervisor dies, even by kill -9."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _enter_namespace():
    """In a child of root: enter a user namespace in which we are uid 1000, then become mortal.

    PostgreSQL refuses uid 0. Inside the namespace it is satisfied, and outside every file stays root's: no
    account is made and nobody else's folder is opened. A change of credentials clears the death signal, so
    that comes last.
    """
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    for name, line in (("uid_map", "1000 0 1"), ("setgroups", "deny"), ("gid_map", "1000 0 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    _become_mortal()

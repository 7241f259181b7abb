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
_signals_heard: list[int] = []


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

    def start(self, pass_fds=()):
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
            pass_fds=pass_fds,
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
                _say(self, line.rstrip("\n"))


class Supervisor:
    """Keeps programs running: one that ends is started again within a second. Each holds the lock it is given."""

    def __init__(self, lock=None):
        self.programs: list[Program] = []
        self._pass_fds = [lock.fileno()] if lock else []
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self, program: Program):
        """Start a program and watch it from now on."""
        program.start(self._pass_fds)
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
        self._stopped.set()

    def _watch(self):
        while not self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
            with self._lock:
                for program in self.programs:
                    if not program.is_running() and not self._stopping.is_set():
                        self._start_again(program)
        # To a program started again here this thread is the parent, and its end the signal of _become_mortal.
        self._stopped.wait()

    def _start_again(self, program):
        last_words = f" ({program.last_lines[-1]})" if program.last_lines else ""
        _say(program, f"ended{last_words}; starting it again")
        try:
            program.start(self._pass_fds)
        except (OSError, subprocess.SubprocessError) as error:
            _say(program, f"{error}; trying again soon")


def _say(program, words):
    with suppress(OSError):  # a closed terminal or a full disk must end neither the listening nor the watching
        print(f"{program.name:>9} | {words}", flush=True)


def stop_when_asked():
    """Turn a request to stop, of any kind, into one KeyboardInterrupt; so too the death of make, our parent."""
    # SIGINT as well: a shell starts its background jobs deaf to it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _interrupt(number, frame):
    _signals_heard.append(number)
    if len(_signals_heard) == 1:  # once: a second Ctrl-C would only disturb the stopping, which is short
        raise KeyboardInterrupt


def _raise_if_asked():
    """Raise the KeyboardInterrupt that was lost, as one is when it meets Python's own work around a fork."""
    if _signals_heard:
        raise KeyboardInterrupt


def wait_until(is_ready: Callable[[], bool], program: Program, *, seconds: float) -> bool:
    """Return whether `is_ready` came true while the program lived, within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        _raise_if_asked()
        if is_ready():
            return True
        if not program.is_running():
            return False
        time.sleep(0.05)
    return False


def run_once(command, *, runs_as=RunsAs.US) -> subprocess.CompletedProcess:
    """Run a command to its end as somebody, and return what it said."""
    return subprocess.run(command, capture_output=True, text=True, **_identity(runs_as))


def run_in_front(command, environment) -> int:
    """Run a command on our own terminal to its end, which is not after ours, and return its exit code."""
    process = subprocess.Popen(command, env=environment, preexec_fn=_become_mortal)
    try:
        _raise_if_asked()
        return process.wait()
    except KeyboardInterrupt:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_FOR_A_WAVE)  # Ctrl-C reached it as well, and it may have something to say
        process.kill()
        raise


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

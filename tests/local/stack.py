"""Trees to run the local stack in, and eyes on the processes it starts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def copy_tree(to, *names):
    """Copy parts of the project, so that a run has a state directory of its own."""
    to.mkdir(parents=True)
    for name in names:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, to / name)
    return to


def environment(**values):
    """A newcomer's environment: none of what `make test` has set for us."""
    return {**{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}, **values}


def start_python(*arguments, cwd=ROOT, **values):
    """Start Python in a session of its own, its words on stdout."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**values),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_python_on_a_small_disk(folder, size, *arguments, cwd, **values):
    """Run Python with a tmpfs of so many bytes over a folder; a namespace makes that possible without root."""
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mount = f'mount -t tmpfs -o size={size} tmpfs "$0" && "$@"'
    if subprocess.run([*command, mount, folder, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine allows no mount namespaces")
    return subprocess.run(
        [*command, mount, folder, sys.executable, *arguments],
        cwd=cwd,
        env=environment(**values),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )


def is_living(pid):
    """Whether a process exists and is no zombie."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def children(pid):
    """The living children of a process, as {pid: command line}."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = _stat(folder.name)[:2]
            if int(parent) == pid and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
    return found


def descendants(pid):
    """The pids of everything living below a process."""
    below = set(children(pid))
    return below.union(*(descendants(child) for child in below))


def _stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

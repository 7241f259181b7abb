"""Make .venv with the locked requirements, once for each version of the lock file. Standard library only.

Runs under whatever `python3` is there, so it must parse on an old one to be able to say that it is too old.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements-dev.txt")
STAMP = os.path.join(VENV, "requirements.stamp")
OLDEST_PYTHON = (3, 11)
SPACE_NEEDED = 1024**3  # the environment takes some 500 MB, pip as much again while it works


def main():
    if sys.version_info < OLDEST_PYTHON:
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …")
    with open(LOCK, "rb") as lock_file:
        wanted = hashlib.sha256(lock_file.read() + sys.version.encode()).hexdigest()
    with open(os.path.join(ROOT, "requirements.in")) as guard:  # any file both `make run` and `make test` can lock
        fcntl.flock(guard, fcntl.LOCK_EX)
        if read_stamp() != wanted:
            install()
            with open(STAMP, "w") as stamp:
                stamp.write(wanted)


def read_stamp():
    try:
        with open(STAMP) as stamp:
            return stamp.read()
    except OSError:
        return None


def install():
    if shutil.disk_usage(ROOT).free < SPACE_NEEDED:
        stop("less than 1 GB is free on this disk; the Python environment needs that much.")
    say("Making the Python environment in .venv")
    python = os.path.join(VENV, "bin", "python")
    made = subprocess.call([sys.executable, "-m", "venv", "--clear", VENV])
    if made != 0:
        stop("Python cannot make a virtual environment. On Debian: apt-get install python3-venv")
    say("Installing the locked requirements")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes"]
    if not sys.stdout.isatty():
        pip.append("--quiet")  # on a terminal pip draws its progress bars
    if subprocess.call([*pip, "--requirement", LOCK]) != 0:
        stop("pip could not install the requirements; its own words are above.")


def say(words):
    sys.stdout.write(words + " …\n")
    sys.stdout.flush()


def stop(words):
    sys.exit("probio: " + words)


if __name__ == "__main__":
    main()

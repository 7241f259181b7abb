"""Find a Chromium for the browser tests."""

import os
import shutil
import subprocess

from probio.local.errors import LocalError

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_or_install() -> str | None:
    """Return a browser's path: $CHROMIUM, one on PATH, or Debian's, installed when we are root.

    None when there is none to be had; under CI that is a LocalError, since tests would be skipped unseen.
    """
    found = os.environ.get("CHROMIUM") or _on_path()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "--yes", *_PACKAGES]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        found = _on_path()
    if not found and os.environ.get("CI"):
        raise LocalError("CI is set and there is no Chromium: browser tests are not to be skipped there.")
    return found


_PACKAGES = ["--no-install-recommends", "chromium", "fonts-dejavu-core"]


def _on_path():
    return next((path for name in NAMES if (path := shutil.which(name))), None)

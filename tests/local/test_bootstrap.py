"""bootstrap.py runs under any Python there is, before anything of ours is installed."""

import ast
import hashlib
import os
import signal
import sys

import pytest

from tests.local.stack import ROOT, copy_tree, run_python_on_a_small_disk, start_python

BOOTSTRAP = "probio/local/bootstrap.py"


@pytest.fixture
def tree(tmp_path):
    """A folder with a space in its name that holds the script and empty lock files."""
    tree = copy_tree(tmp_path / "my site", "probio")
    for name in ("requirements.in", "requirements-dev.txt"):
        (tree / name).touch()
    return tree


def wanted_stamp(tree):
    return hashlib.sha256((tree / "requirements-dev.txt").read_bytes() + sys.version.encode()).hexdigest()


def test_bootstrap_parses_on_a_python_of_2016_and_imports_the_standard_library_only():
    source = (ROOT / BOOTSTRAP).read_text()
    modern = (ast.Match, ast.NamedExpr, ast.TryStar)
    tree = ast.parse(source, feature_version=(3, 6))
    assert [node for node in ast.walk(tree) if isinstance(node, modern)] == []
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert modules <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_python_too_old_is_told_in_one_line_and_makes_nothing(tree):
    pretend = f"""
import runpy, sys
sys.version_info, sys.version = (3, 9, 2, "final", 0), "3.9.2 (default, Feb 28 2021)"
runpy.run_path({str(tree / BOOTSTRAP)!r}, run_name="__main__")
"""
    done = start_python("-c", pretend)
    said = done.communicate()[0]
    assert said == "probio: Python 3.11 or newer is needed; this is 3.9.2. Try: make PYTHON=python3.11 …\n"
    assert done.returncode == 1
    assert not (tree / ".venv").exists()


def test_disk_too_full_is_told_in_one_line(tmp_path):
    folder = tmp_path / "small disk"
    folder.mkdir()
    prepare_and_run = """
import pathlib, shutil, subprocess, sys
root, script = map(pathlib.Path, sys.argv[1:])
(root / "probio" / "local").mkdir(parents=True)
copy = shutil.copy(script, root / "probio" / "local")
for name in ("requirements.in", "requirements-dev.txt"):
    (root / name).touch()
sys.exit(subprocess.call([sys.executable, copy]))
"""
    arguments = ["-c", prepare_and_run, str(folder), str(ROOT / BOOTSTRAP)]
    done = run_python_on_a_small_disk(folder, "20m", *arguments, cwd=tmp_path)
    assert done.stdout == "probio: less than 1 GB is free on this disk; the Python environment needs that much.\n"
    assert done.returncode == 1


def test_environment_made_for_this_lock_and_python_is_left_alone(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "requirements.stamp").write_text(wanted_stamp(tree))
    done = start_python(BOOTSTRAP, cwd=tree)
    assert (done.communicate()[0], done.returncode) == ("", 0)
    assert [path.name for path in (tree / ".venv").iterdir()] == ["requirements.stamp"]


def test_environment_of_another_lock_is_made_anew(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "requirements.stamp").write_text(wanted_stamp(tree))
    (tree / "requirements-dev.txt").write_text("# another lock\n")
    process = start_python(BOOTSTRAP, cwd=tree)
    assert process.stdout.readline() == "Making the Python environment in .venv …\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

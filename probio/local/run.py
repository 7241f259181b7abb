"""`make run`: the whole site on this machine, supervised."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from probio.local.errors import LocalError
from probio.local.processes import Program, Supervisor, wait_until
from probio.local.servers import start_servers
from probio.local.state import State, is_free

SECONDS_TO_SERVE = 60
# Quiet: the banner, and Celery's advice not to be root, would bury the address that `make run` prints.
_CELERY = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "--app", "probio"]


def run(root: Path, state: State) -> int:
    """Start everything, print where it is, and wait for Ctrl-C. Returns the exit code. Raises LocalError."""
    port = _web_port()
    supervisor = Supervisor(state.servers_lock)
    try:
        say("Starting PostgreSQL, Valkey and the mail sink")
        servers = start_servers(supervisor, state, is_for_tests=False)
        environment = {**os.environ, **_site_environment(state, port), **servers}
        say("Bringing the database up to date")
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "load_sample_content")
        manage(environment, "create_staff", "--username", "staff", "--password-from-env", "STAFF_PASSWORD")
        manage(environment, "create_sample_staff", "--password-from-env", "STAFF_PASSWORD")
        say("Starting the web server, the worker and its clock")
        pages = web(environment, port)
        for program in (worker(environment), beat(environment, state), pages):
            supervisor.start(program)
        if not wait_until(lambda: _answers(port), pages, seconds=SECONDS_TO_SERVE):
            raise LocalError("the web server did not start; its own words are above.")
        _print_where(environment, state)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say("\nStopping everything")
        return 0
    finally:
        supervisor.stop()


def _web_port() -> int:
    wanted = os.environ.get("PORT", "8000")
    if not (wanted.isascii() and wanted.isdigit()) or not 0 < int(wanted) < 65536:
        raise LocalError(f"PORT={wanted} is not a port number.")
    port = int(wanted)
    if not is_free(port):
        other = port + 80 if port + 80 < 65536 else port - 80
        raise LocalError(f"port {port} is taken; choose another, as in: PORT={other} make run")
    return port


def _site_environment(state: State, port: int) -> dict[str, str]:
    defaults = {
        "DEBUG": "1",
        "SECRET_KEY": state.secret("secret_key"),
        "FIELD_KEYS": state.key("field_key"),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "MEDIA_DIR": str(state.directory / "media"),
    }
    chosen = {name: os.environ.get(name) or value for name, value in defaults.items()}
    return {**chosen, "LOCAL_DIR": str(state.directory), "STAFF_PASSWORD": state.password("staff_password")}


def web(environment, port) -> Program:
    command = [sys.executable, "-m", "gunicorn", "probio.wsgi", "--worker-class", "gthread"]
    command += ["--workers", environment.get("WEB_WORKERS", "2"), "--threads", "4"]
    command += ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "3", "--log-level", "warning"]
    return Program("web", command, environment)


def worker(environment) -> Program:
    # Threads: the work is waiting for SMTP servers, and one process is half the memory of three.
    command = [*_CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"]
    command += ["--without-gossip"]
    return Program("worker", command, environment)


def beat(environment, state) -> Program:
    schedule = state.directory / "beat"
    command = [*_CELERY, "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "warning"]
    program = Program("beat", command, environment)

    def forget_after_a_crash():
        # A schedule file cut short by a power cut or a full disk would end beat for ever; it holds only last times.
        if program.process is not None:
            for file in state.directory.glob("beat*"):
                file.unlink()

    program.prepare = forget_after_a_crash
    return program


def manage(environment, *arguments):
    done = subprocess.run([sys.executable, "manage.py", *arguments], env=environment, start_new_session=True)
    if done.returncode != 0:
        raise LocalError(f"`manage.py {arguments[0]}` failed; its own words are above.")


def _answers(port) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _print_where(environment, state):
    site, admin = environment["SITE_URL"], environment.get("ADMIN_PATH", "admin")
    lines = {
        "Site": f"{site}/",
        "Admin": f"{site}/{admin}/   sign in as: staff   password: {environment['STAFF_PASSWORD']}",
        "": "or as: nutritionist, team-lead, editor, reviewer, compliance, publisher or owner, to see what each may do",
    }
    if not os.environ.get("EMAIL_URL"):
        lines["Mail"] = f"{site}/dev/mail/   or as files in {state.directory / 'mail'}"
    print()
    for name, words in lines.items():
        print(f"  {name:<6} {words}")
    print("\n  Ctrl-C stops everything; the data stays in .local/\n", flush=True)


def say(words):
    print(f"{words} …", flush=True)

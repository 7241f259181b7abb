"""Settings read the environment only and stop at the first bad value, with one line."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
NEW_KEY, OLD_KEY = (Fernet.generate_key().decode() for _ in range(2))
GOOD = {
    "SECRET_KEY": "a-long-enough-secret-for-this-test-0123456789-abcdefghij",
    "FIELD_KEYS": f"{NEW_KEY},{OLD_KEY}",
    "SITE_URL": "https://www.example.com",
    "DATABASE_URL": "postgres://probio:p%40ss@127.0.0.1:5432/probio",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_the_deployment_check_without_an_issue():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "bad",
    [
        {"SECRET_KEY": None},
        {"SECRET_KEY": "short"},
        {"FIELD_KEYS": None},
        {"FIELD_KEYS": ""},
        {"FIELD_KEYS": "much-too-short-a-key"},
        {"FIELD_KEYS": f"{NEW_KEY},"},
        {"SITE_URL": "www.example.com"},
        {"SITE_URL": "https://www.example.com/shop"},
        {"DATABASE_URL": None},
        {"REDIS_URL": None},
        {"EMAIL_URL": None},
        {"DEBUG": "perhaps"},
        {"ADMIN_PATH": "../etc"},
        {"TRUSTED_PROXIES": "-1"},
        {"EMAIL_TIMEOUT": "60"},
        {"LOG_FORMAT": "xml"},
    ],
    ids=lambda bad: "=".join(str(part) for part in next(iter(bad.items()))),
)
def test_bad_value_stops_the_start_with_one_line_that_names_it(bad):
    done = manage("check", **{**GOOD, **bad})
    assert done.returncode != 0
    [line] = done.stderr.strip().splitlines()
    assert next(iter(bad)) in line


def test_bad_field_key_is_not_shown_in_the_complaint():
    done = manage("check", **{**GOOD, "FIELD_KEYS": f"{NEW_KEY},{OLD_KEY[:-2]}"})
    assert done.returncode != 0
    assert NEW_KEY not in done.stderr
    assert OLD_KEY[:8] not in done.stderr


POSTMARK = {
    "EMAIL_PROVIDER": "postmark",
    "EMAIL_PROVIDER_SETTINGS": "POSTMARK_SERVER_TOKEN=only-for-this-test",
    "EMAIL_WEBHOOK_SECRET": "hook:abcdefghijklmnopqrstuvwxyz",
}


def test_mail_provider_with_its_settings_needs_no_smtp_server():
    done = manage("check", **{**GOOD, **POSTMARK, "EMAIL_URL": None})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"EMAIL_PROVIDER": "pigeon"}, "EMAIL_PROVIDER"),
        ({"EMAIL_PROVIDER": None}, "EMAIL_PROVIDER"),
        ({"EMAIL_WEBHOOK_SECRET": None}, "EMAIL_WEBHOOK_SECRET"),
        ({"EMAIL_WEBHOOK_SECRET": "hook:short"}, "EMAIL_WEBHOOK_SECRET"),
        ({"EMAIL_PROVIDER_SETTINGS": None}, "EMAIL_PROVIDER_SETTINGS"),
        ({"EMAIL_PROVIDER_SETTINGS": "MAILGUN_API_KEY=x"}, "EMAIL_PROVIDER_SETTINGS"),
        ({"EMAIL_PROVIDER_SETTINGS": "POSTMARK_TOKEN=x"}, "POSTMARK_SERVER_TOKEN"),
    ],
)
def test_half_a_mail_provider_stops_the_start_with_one_line(changes, named):
    done = manage("check", **{**GOOD, **POSTMARK, **changes})
    assert done.returncode != 0
    [line] = done.stderr.strip().splitlines()
    assert named in line


def test_every_bad_value_is_named_at_once():
    done = manage("check", **{**GOOD, "SECRET_KEY": None, "SITE_URL": "nowhere"})
    assert "SECRET_KEY" in done.stderr
    assert "SITE_URL" in done.stderr

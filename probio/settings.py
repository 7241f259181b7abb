"""Settings: one file, read from the environment only, checked before anything starts.

Every variable is listed in docs/architecture.md. A missing or bad value stops the process with one line.
"""

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from csp.constants import NONCE, NONE, SELF
from environs import Env, EnvValidationError, ValidationError, validate
from kombu import Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from articles.editor import EXTENSIONS as DJANGO_PROSE_EDITOR_EXTENSIONS  # noqa: F401
from probio.schedule import PURGING, SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent


def _is_origin(value):
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ValidationError("Must be an origin such as https://www.example.com.")


def _is_url(value):
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValidationError("Must be an address such as https://api.example.com/purge.")


def _is_path_segment(value):
    if not value or not all(c.isalnum() or c in "-_" for c in value):
        raise ValidationError("Must be one path segment of letters, digits, - and _.")


def _are_field_keys(keys):
    try:
        usable = [Fernet(key) for key in keys]
    except ValueError:
        usable = []
    if not usable:  # the reason would show part of a key
        raise ValidationError("Must be one or more Fernet keys, separated by commas.")


# Those of django-anymail's providers whose events say which message they are about.
_PROVIDERS = (
    *("amazon_ses", "brevo", "mailgun", "mailjet", "mailtrap", "postmark", "sendgrid", "sparkpost"),
    "unisender_go",
)


def _kept_in(place):
    """Return where files are kept: a folder of MEDIA_DIR, or one of the same name in the bucket."""
    if MEDIA_BUCKET:  # keys and region are the AWS_* variables, which boto3 reads itself
        options = {"bucket_name": MEDIA_BUCKET, "location": place, "default_acl": None}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    options = {"location": MEDIA_DIR / place, "allow_overwrite": True}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def _half_a_provider():
    """Return what is missing or left over in the words of EMAIL_PROVIDER and its two companions, or ""."""
    if not EMAIL_PROVIDER:
        is_left_over = _provider_settings or _webhook_secret
        return "EMAIL_PROVIDER_SETTINGS and EMAIL_WEBHOOK_SECRET need EMAIL_PROVIDER." if is_left_over else ""
    user, _, password = _webhook_secret.partition(":")
    if not user or len(password) < 20:
        return (
            "EMAIL_PROVIDER needs EMAIL_WEBHOOK_SECRET, as user:password with at least 20 characters after the colon."
        )
    prefix = f"{EMAIL_PROVIDER.upper()}_"
    if not all(name.startswith(prefix) for name in _provider_settings):
        return f"EMAIL_PROVIDER_SETTINGS: with EMAIL_PROVIDER={EMAIL_PROVIDER} every name begins with {prefix}."
    if not _provider_settings and EMAIL_PROVIDER != "amazon_ses":  # whose keys are the AWS_* variables
        return "EMAIL_PROVIDER needs EMAIL_PROVIDER_SETTINGS, such as POSTMARK_SERVER_TOKEN=…"
    return ""


# Read everything first: with eager=False, seal() then names every bad variable at once.
env = Env(eager=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", validate=validate.Length(min=50))
FIELD_KEYS = env.list("FIELD_KEYS", validate=_are_field_keys)  # the first encrypts, all of them decrypt
SITE_URL = env.str("SITE_URL", validate=_is_origin)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
_database = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
REDIS_URL = env.str("REDIS_URL", validate=validate.Length(min=1))
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="", validate=validate.OneOf(["", *_PROVIDERS]))
_provider_settings = env.dict("EMAIL_PROVIDER_SETTINGS", default={})
_webhook_secret = env.str("EMAIL_WEBHOOK_SECRET", default="")
# A provider takes mail by an interface of its own; there is no SMTP server then.
_email = env.dj_email_url("EMAIL_URL", **({"default": "smtp://"} if EMAIL_PROVIDER else {}))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=15, validate=validate.Range(min=1, max=20))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Probio7 <hello@example.com>")
TEAM_EMAIL = env.str("TEAM_EMAIL", default="hello@example.com")
ADMIN_PATH = env.str("ADMIN_PATH", default="admin", validate=_is_path_segment)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0, validate=validate.Range(min=0))
RATE_LIMIT_SCALE = env.float("RATE_LIMIT_SCALE", default=1, validate=validate.Range(min=0))
BANK_HOLIDAYS_NATION = env.str(
    "BANK_HOLIDAYS_NATION", default="ENG", validate=validate.OneOf(["ENG", "NIR", "SCT", "WLS"])
)
CROSSREF_URL = env.str("CROSSREF_URL", default="https://api.crossref.org", validate=_is_origin)
CDN_PURGE_URL = env.str("CDN_PURGE_URL", default="", validate=_is_url)
CDN_PURGE_TOKEN = env.str("CDN_PURGE_TOKEN", default="")
ANSWERS_KEPT_DAYS = env.int("ANSWERS_KEPT_DAYS", default=90, validate=validate.Range(min=1))
LOG_FORMAT = env.str("LOG_FORMAT", default="console", validate=validate.OneOf(["console", "json"]))
MEDIA_DIR = env.path("MEDIA_DIR", default=BASE_DIR / "media")
MEDIA_BUCKET = env.str("MEDIA_BUCKET", default="")
LOCAL_DIR = env.path("LOCAL_DIR", default=BASE_DIR / ".local")  # `make run`, /dev/mail/ and the stylesheet
try:
    env.seal()
except EnvValidationError as error:
    problems = "; ".join(f"{name}: {' '.join(map(str, why))}" for name, why in error.error_messages.items())
    raise SystemExit(f"probio/settings.py: fix the environment and start again: {problems}") from None
if half := _half_a_provider():
    raise SystemExit(f"probio/settings.py: fix the environment and start again: {half}")
IS_HTTPS = urlsplit(SITE_URL).scheme == "https"
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname, *ALLOWED_HOSTS]

# Applications
INSTALLED_APPS = [
    "articles",  # before the admin, so that their templates win
    "consultations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "crispy_forms",
    "csp",
    "django_prose_editor",
    "phonenumber_field",
    "probio.apps.ProbioConfig",
]
MIDDLEWARE = [
    # The pages that are kept carry what all the others have set: they are answered before those are asked.
    "articles.counting.CountViews",
    "articles.caching.PageCache",
    "probio.middleware.refuse_other_charsets",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "probio.middleware.AcceptNoReferrer",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "probio.staff.middleware.GuardStaff",
]
if DEBUG:
    MIDDLEWARE.insert(0, "probio.middleware.own_error_pages")
ROOT_URLCONF = "probio.urls"
WSGI_APPLICATION = "probio.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "probio.context.site",
            ],
        },
    }
]
CRISPY_TEMPLATE_PACK = "probio"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("probio",)
CRISPY_FAIL_SILENTLY = False

PHONENUMBER_DEFAULT_REGION = "GB"

# Database, cache
DATABASES = {"default": _database}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
# Without it Django fetches the few topics of the booking form through a cursor on the server: three round trips.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "probio",
        # A frozen Redis costs a request half a second, once; it is never waited for again and again.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    },
    # Parts of pages that are the same for everybody ({% cache %}): in the process, so that none waits for Redis.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}"
    },
    # Whole public pages, for all processes (articles/caching.py).
    "pages": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "probio-pages",
        "TIMEOUT": 3600,
        # Making a page takes less long than this.
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0)},
    },
}

# Language, time, files
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
# The database keeps UTC. This is the zone in which people read times and in which staff type them.
TIME_ZONE = "Europe/London"
DISPLAY_TIME_ZONE = ZoneInfo(TIME_ZONE)
FORMAT_MODULE_PATH = "probio.formats"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "probio.stylesheet.StylesheetFinder",
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": _kept_in("shown"),
    "originals": _kept_in("originals"),  # with all that cameras write into them: never served
    "exports": _kept_in("exports"),  # given to their owners only, for a day
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "probio.storage.HashedStaticFiles"
    },
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce is only sent on pages that ask for one: the article editor
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
# Behind a proxy the first hop must overwrite this header; without one, nobody's word is taken for it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "probio.views.csrf_failure"
# Staff sign in with a password and a second factor; `make run` lets the sample account in without one.
STAFF_NEED_SECOND_FACTOR = not DEBUG
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# What else ends with an account, in the same transaction; each is called with the user.
STAFF_LEAVE = ["consultations.services.leavers.let_go"]
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "probio.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
# Ten wrong passwords a minute from an address, five in five minutes for an account.
ACCOUNT_RATE_LIMITS = {} if RATE_LIMIT_SCALE else False
MFA_ADAPTER = "probio.staff.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "probio.staff.forms.PasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SESSION_COOKIE_AGE = 12 * 60 * 60
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Mail
EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend" if EMAIL_PROVIDER else "probio.smtp.EmailBackend"
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
SERVER_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]
ANYMAIL = {
    "WEBHOOK_SECRET": _webhook_secret,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # few take a calendar beside text and HTML; the file is attached as well
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT / 2,  # once to connect and once to answer
    "AMAZON_SES_CLIENT_PARAMS": {
        "config": {
            "connect_timeout": EMAIL_TIMEOUT / 2,
            "read_timeout": EMAIL_TIMEOUT / 2,
            "retries": {"total_max_attempts": 1},  # the outbox tries again
        }
    },
    **_provider_settings,
}

# Celery: it wakes workers and remembers nothing (docs/architecture.md, "The outbox").
CELERY_BROKER_URL = REDIS_URL
# A worker serves both queues unless told otherwise. Images wait in one of their own, so that a site with many can
# give them a worker (`--queues media`) and keep mail ahead of them.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "media")]
CELERY_TASK_ROUTES = {"articles.tasks.*": {"queue": "media"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # over three times the hard time limit, or work is done twice
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "interval_start": 0,
    "interval_step": 1,
    "interval_max": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = SCHEDULE | (PURGING if CDN_PURGE_URL else {})

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {"format": "{levelname} {name}: {message}", "style": "{"},
        "json": {"()": "probio.logs.JsonFormatter"},
    },
    "filters": {"hide_links": {"()": "probio.logs.HideSecretLinks"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["hide_links"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "bibtexparser": {"level": "CRITICAL"},  # it would log what was pasted; the form says what is wrong
    },
}

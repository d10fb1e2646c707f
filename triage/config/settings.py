"""The settings of every process. Read from the environment once; docs/settings.md lists them for the operator."""

import sys
from datetime import timedelta
from pathlib import Path

from ownership.sources.labels import DEFAULT_KEYS
from triage.config import env
from triage.serve import layout

BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"

# Which process this is: `web`, `worker`, `beat`, or `manage` for everything that is typed by hand.
PROCESS = env.text("WHOSE_PROCESS", "manage")

# Where the embedded default keeps everything that it makes.
PLACE = layout.Place(Path(env.text("WHOSE_VAR", str(BASE_DIR / "var"))).resolve())

PUBLIC_URL = env.web_address("WHOSE_PUBLIC_URL", f"http://127.0.0.1:{env.whole('PORT', 8000, least=1, most=65535)}")
MAX_BODY = env.whole("WHOSE_MAX_BODY", 32 * 2**20, least=2**10)
METRICS_TOKEN = env.text("WHOSE_METRICS_TOKEN")

DEBUG = False
SECRET_KEY = env.secret("WHOSE_SECRET_KEY", PLACE.secret_key)
# A deployment behind a proxy names its hosts; what PUBLIC_URL names is always one of them.
ALLOWED_HOSTS = [*layout.hosts_of(PUBLIC_URL), *env.words("WHOSE_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
BEHIND_TLS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "alerts",
    "ownership",
    "triage",
    "triage.accounts",
    "triage.api",
    "triage.web",
]

MIDDLEWARE = [
    "triage.web.middleware.measured",
    "triage.web.middleware.machines_have_no_session",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "triage.web.middleware.own_time_zone",
]

ROOT_URLCONF = "triage.config.urls"
WSGI_APPLICATION = "triage.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [BASE_DIR / "triage" / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "triage.web.context.shell",
            ],
        },
    },
]

# One engine everywhere. Without DATABASE_URL it is the embedded server, reached by its socket below ./var.
DATABASES = {"default": env.database("DATABASE_URL", PLACE.database_url, pool=PROCESS == "web")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Throttling of sign-in must hold in every process and while the broker is away, so it is kept by the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# -- Celery: only does what the database says is due (DESIGN: the database is the truth) --
CELERY_BROKER_URL = env.broker("REDIS_URL", PLACE.redis_url)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A broker that hangs is noticed within seconds, by whoever speaks to it.
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "health_check_interval": 2,
    "max_retries": 1,
    # A tick lost with its worker is not worth keeping a copy of: the next one is struck in a second.
    "ack_emulation": False,
    "priority_steps": [0],
}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_IMPORTS = ("triage.tasks",)
CELERY_BEAT_SCHEDULE = {"tick": {"task": "tick", "schedule": timedelta(seconds=1), "options": {"expires": 1}}}
CELERY_BEAT_SCHEDULER = "triage.config.metronome:Metronome"
CELERY_WORKER_CONSUMER = "triage.config.reconnecting:EverySecond"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # so beat adds no task that cleans up after results
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # none is: ours are acknowledged early

# -- People --
AUTH_USER_MODEL = "ownership.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=3).total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "now"
ACCOUNT_ADAPTER = "triage.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reaches the address, or nobody can set a password
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
USERSESSIONS_TRACK_ACTIVITY = True

SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "triage.web.errors.csrf_failed"

# -- What a page may load and where it may send to: this host alone --
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY = env.flag("WHOSE_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- REST --
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # A program's token goes first: it decides how a stranger is told what is missing, by a 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "triage.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "triage.api.errors.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Whose",
    "DESCRIPTION": "Whose failure is it, the cluster's or the application's, and who is on call for it now?",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # Without `validatorUrl` the page would show the document to a host of Swagger's.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# -- Mail: WHOSE_SMTP_HOST names a server; without one, mails are written to ./var/mail --
DEFAULT_FROM_EMAIL = env.text("WHOSE_MAIL_FROM", "whose@localhost")
EMAIL_HOST = env.text("WHOSE_SMTP_HOST")
EMAIL_PORT = env.whole("WHOSE_SMTP_PORT", 587 if EMAIL_HOST else 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("WHOSE_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("WHOSE_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("WHOSE_SMTP_STARTTLS", default=bool(EMAIL_HOST))
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = PLACE.mail

# -- Outgoing webhooks go to the open internet only, and to these hosts --
WEBHOOK_HOSTS = frozenset(env.words("WHOSE_WEBHOOK_HOSTS"))

# -- Whose is it: which class of rules goes before which, and the labels and annotations that name an owner --
OWNERSHIP_ORDER = env.order("WHOSE_OWNERSHIP_ORDER")
OWNER_KEYS = tuple(env.words("WHOSE_OWNER_KEYS", ",".join(DEFAULT_KEYS)))
# The audit asks this for what was seen lately: ownership itself knows of no alerts.
OWNERSHIP_SEEN = "triage.seen.seen_lately"
MAP_HISTORY = timedelta(days=env.whole("WHOSE_MAP_HISTORY_DAYS", 1095, least=1, most=36500))

# -- Times are kept in UTC; each person reads them in their own zone --
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

# -- Static files come from the packages themselves, so there is no step that collects them --
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 300

DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY
LOGGING_CONFIG = "triage.config.logs.configure"
LOGGING = {
    "json": env.text("WHOSE_LOG_FORMAT", "text" if sys.stderr.isatty() else "json") == "json",
    "level": env.text("WHOSE_LOG_LEVEL", "INFO").upper(),
}
SILENCED_SYSTEM_CHECKS: list[str] = []

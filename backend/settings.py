"""Django settings, driven by the environment. Without any variable the service runs from files in one folder.

Variables, all optional:
MIBUDGE_DATA        folder of everything that is kept: database, queue, secrets, media (default: data/ beside manage.py)
DATABASE_URL        postgres://user:password@host:port/name instead of the SQLite file
MIBUDGE_POOL        PostgreSQL connections kept open per process (default 4; 0 opens one per request)
MIBUDGE_REPLICA_URL postgres:// addresses of its streaming standbys, separated by commas, which then answer reads
HUEY_URL            redis://host:port/db instead of the SQLite queue
MIBUDGE_HOSTS       names the service answers to, separated by commas (default: those of the loopback interface)
MIBUDGE_HTTPS       1 where browsers reach the service by HTTPS: secure cookies, HSTS
MIBUDGE_INSECURE    1 lets others reach the service without HTTPS, on a network where everybody is trusted
MIBUDGE_PROXIES     number of reverse proxies in front; only then are their X-Forwarded headers believed (default 0)
MIBUDGE_ADMIN       1 for the Django admin at /admin/ (default 0)
MIBUDGE_DEMO        1 or 0: fill an empty database with the demo household at `make serve` (default: on while only
                    loopback names are answered)
MIBUDGE_METRICS_NETWORKS    networks whose hosts may read /metrics, beside this machine (such as 10.0.0.0/24)
MIBUDGE_SCHEDULER_METRICS   [address:]port at which the scheduler shows what it counted (default none)
MIBUDGE_LOG         text, or json for one object per line (default text)
MIBUDGE_WEBHOOKS_PRIVATE    1 lets webhooks lead to private networks, and by HTTP without TLS (default 0)
MIBUDGE_REGISTRATION    closed, or invited: whoever has an invitation to an account can make a log-in (default closed)
MIBUDGE_DEBUG       1 for Django's debug pages; this machine alone
MIBUDGE_ACCESS_MINUTES      life of an access token (default 15)
MIBUDGE_SECRET_KEY, MIBUDGE_JWT_KEY, MIBUDGE_QUEUE_KEY, MIBUDGE_DATA_KEY   instead of the secrets made at first start;
                    of several data keys, separated by commas, the first encrypts and any of them decrypts
"""

from datetime import timedelta
from pathlib import Path

import environ

from backend import databases, local_files, logs, no_maps, safety
from backend.ledger import currencies
from backend.operations import scrapers
from backend.rest import settings as rest_settings
from scheduler import settings as scheduler_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
no_maps.install()

# Kept data and secrets

DATA = local_files.private_folder(Path(env.str("MIBUDGE_DATA", default=str(BASE_DIR / "data"))).resolve())
_secrets = local_files.private_folder(DATA / "secrets")


_given: list[tuple[str, str]] = []


def _secret(variable: str, file: str) -> str:
    found = env.str(variable, default="")
    _given.extend((variable, key) for key in [each for each in found.split(",") if each] or [found] if found)
    return found or local_files.secret(_secrets / file)


def _whole(variable: str, default: int, *, least: int, most: int) -> int:
    return safety.whole(variable, env.str(variable, default="") or str(default), least=least, most=most)


def _flag(variable: str, *, default: bool = False) -> bool:
    text = env.str(variable, default="")
    return safety.flag(variable, text) if text else default


SECRET_KEY = _secret("MIBUDGE_SECRET_KEY", "django")
JWT_KEY = _secret("MIBUDGE_JWT_KEY", "jwt")
QUEUE_KEY = _secret("MIBUDGE_QUEUE_KEY", "queue")
DATA_KEYS = [key for key in _secret("MIBUDGE_DATA_KEY", "data").split(",") if key]

# Who may ask

DEBUG = _flag("MIBUDGE_DEBUG")
ALLOWED_HOSTS = safety.parts(env.list("MIBUDGE_HOSTS", default=list(safety.LOOPBACK)))
_only_loopback = set(ALLOWED_HOSTS) <= set(safety.LOOPBACK)
ADMIN = _flag("MIBUDGE_ADMIN")
DEMO = _flag("MIBUDGE_DEMO", default=_only_loopback)
REGISTRATION = safety.word(
    "MIBUDGE_REGISTRATION", env.str("MIBUDGE_REGISTRATION", default="closed"), of=("closed", "invited")
)
HTTPS = _flag("MIBUDGE_HTTPS")
PROXIES = _whole("MIBUDGE_PROXIES", 0, least=0, most=10)
WEBHOOKS_PRIVATE = _flag("MIBUDGE_WEBHOOKS_PRIVATE")
SCHEDULER_METRICS = scrapers.place(env.str("MIBUDGE_SCHEDULER_METRICS", default=""))
METRICS_NETWORKS = scrapers.networks(env.list("MIBUDGE_METRICS_NETWORKS", default=[]))
safety.check(
    hosts=ALLOWED_HOSTS,
    debug=DEBUG,
    https=HTTPS,
    insecure=_flag("MIBUDGE_INSECURE"),
    proxies=PROXIES,
    bind=env.str("MIBUDGE_BIND", default="") or "127.0.0.1",
    networks=METRICS_NETWORKS,
    keys=_given,
)

# Application

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
AUTH_USER_MODEL = "ledger.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    *(["django.contrib.admin", "django.contrib.sessions", "django.contrib.messages"] if ADMIN else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "djmoney",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "strawberry_django",
    "huey.contrib.djhuey",
    "backend.ledger",
    "backend.operations",
    "scheduler",
]

MIDDLEWARE = [
    "backend.operations.requests.Requests",
    "backend.middleware.Head",
    "backend.middleware.SecurityHeaders",
    "backend.operations.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.middleware.BodyLimit",
    *(["django.contrib.sessions.middleware.SessionMiddleware"] if ADMIN else []),
    "backend.middleware.TrailingSlash",
    "django.middleware.csrf.CsrfViewMiddleware",
    *(
        [
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "backend.ledger.admin_sign_ins.SignIns",
            "django.contrib.messages.middleware.MessageMiddleware",
        ]
        if ADMIN
        else []
    ),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.operations.gate.Gate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                *(["django.contrib.messages.context_processors.messages"] if ADMIN else []),
            ],
        },
    },
]

# Data

_serving = env.bool("MIBUDGE_SERVING", default=True)
_database_url = env.str("DATABASE_URL", default="")
if not _database_url:
    _database_url = f"sqlite:///{local_files.private_file(DATA / 'mibudge.sqlite3')}"
DATABASES = {
    "default": databases.configuration(
        _database_url,
        serving=_serving,
        pool=_whole("MIBUDGE_POOL", 4, least=0, most=1_000),
    ),
}
STANDBYS = databases.standbys(env.list("MIBUDGE_REPLICA_URL", default=[]), primary=_database_url)
MEDIA_ROOT = DATA / "media"  # no URL leads here: a view that knows the user hands files out
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2  # bytes of a body without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_MAX_SIZE = 10 * 1024**2  # bytes of one uploaded file
CURRENCIES = currencies.CODES
DEFAULT_CURRENCY = "USD"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"

HUEY = scheduler_settings.configuration(url=env.str("HUEY_URL", default=""), folder=DATA, key=QUEUE_KEY)

# Static files are read where they are installed: nothing to collect, nothing to grow stale.

STATIC_URL = "static/"
STATIC_ROOT = None
STATICFILES_DIRS = [BASE_DIR / "backend/schema/explorer/static", BASE_DIR / "backend/static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Sign-in

PASSWORD_HASHERS = [
    "backend.hashing.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_KEY,
    "ISSUER": "mibudge",
    "AUDIENCE": "mibudge",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=_whole("MIBUDGE_ACCESS_MINUTES", 15, least=1, most=safety.A_DAY)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "AUTH_HEADER_TYPES": ("Bearer",),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "user_id",
    "LEEWAY": 0,
}

# Doors

REST_FRAMEWORK = rest_settings.rest_framework(proxies=PROXIES)
SPECTACULAR_SETTINGS = rest_settings.SPECTACULAR

# Browsers

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS and PROXIES > 0  # only a proxy's header tells which requests came by HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # other hosts of the domain are not this service's to bind
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = logs.configuration(
    safety.choice("MIBUDGE_LOG", env.str("MIBUDGE_LOG", default="") or "text", among=("text", "json")),
    serving=_serving,
)

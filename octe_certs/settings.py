"""Settings, all from the environment (docs/settings.md lists them). A missing or wrong one stops the start by its
name.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pghistory
import structlog
from csp.constants import NONE, SELF
from environs import Env, EnvError

from core.environment import checked, local_secret_key, read_secret
from core.logs import configure_structlog, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

try:
    ENVIRONMENT = env.str("OCTE_ENVIRONMENT", "local")
    if ENVIRONMENT not in {"local", "test", "production"}:
        raise EnvError(f'OCTE_ENVIRONMENT is "{ENVIRONMENT}"; it must be local, test or production')
    PRODUCTION = ENVIRONMENT == "production"
    VAR_DIR = env.path("OCTE_VAR_DIR", BASE_DIR / "var")
    DEBUG = env.bool("DEBUG", False)
    if DEBUG and PRODUCTION:
        raise EnvError("DEBUG must be off in production: error pages would show student data")

    SECRET_KEY = read_secret(env, "SECRET_KEY", default=None if PRODUCTION else local_secret_key(VAR_DIR))
    if PRODUCTION and len(SECRET_KEY) < 50:  # noqa: PLR2004
        raise EnvError("SECRET_KEY is shorter than 50 characters; sh deploy/make-secrets writes a good one")
    DATABASE_URL = read_secret(
        env, "DATABASE_URL", default=None if PRODUCTION else "postgresql://postgres@localhost/not_started"
    )
    checked("DATABASE_URL", DATABASE_URL, starts=("postgresql://", "postgres://"))
    DATABASES: dict[str, Any] = {"default": env.dj_db_url("", DATABASE_URL, engine="django.db.backends.postgresql")}
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS") if PRODUCTION else ["*"]
    if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
        raise EnvError("ALLOWED_HOSTS must name the hosts that people use, separated by commas, without *")
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    BASE_URL = env.str("BASE_URL") if PRODUCTION else env.str("BASE_URL", "http://127.0.0.1:8000")
    checked("BASE_URL", BASE_URL, starts=("https://",) if PRODUCTION else ("https://", "http://"))
    EMAIL_URL = read_secret(env, "EMAIL_URL", default=None if PRODUCTION else "")
    if EMAIL_URL:
        checked("EMAIL_URL", EMAIL_URL, starts=("smtp://", "submission://", "console:", "dummy:"))
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "OCTE Certs <no-reply@localhost>")
    # Where uploaded files go: a folder outside the web root, or an S3-compatible store.
    S3_BUCKET = env.str("S3_BUCKET", "")
    S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "") or None
    S3_REGION = env.str("S3_REGION", "us-east-1")
    S3_ACCESS_KEY = read_secret(env, "S3_ACCESS_KEY", default="") or None
    S3_SECRET_KEY = read_secret(env, "S3_SECRET_KEY", default="") or None
    # The demo shows its sign-ins and its outbox; production never loads it.
    DEMO = env.bool("OCTE_DEMO", False) and not PRODUCTION
    EVIDENCE_MAX_MEGABYTES = env.int("EVIDENCE_MAX_MEGABYTES", 20)
    CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", "")
    STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
    SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", True)
except EnvError as problem:
    sys.exit(f"Settings: {problem}")

configure_structlog()
LOGGING = logging_config(json=PRODUCTION, quiet=ENVIRONMENT == "test")

INSTALLED_APPS = [
    "octe_certs.apps.StateAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "rules",
    "pgtrigger",
    "pghistory",
    "django_tasks",
    "django_tasks_db",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "django_filters",
    "django_cotton.apps.SimpleAppConfig",
    "django_structlog",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "core",
    "accounts",
    "certifications",
    "sme_review",
    "data_collection",
    "datasets",
    "octe_certs.apps.OcteCertsConfig",
]
# A tool of those who write migrations: installed with the tests' packages alone.
if find_spec("django_linear_migrations"):
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sme_review.middleware.PulseMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "core.public_pages.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "octe_certs.errors.ButtonAddressMiddleware",
    "octe_certs.sent_again.SignInMiddleware",
    "core.access.DeclaredAccessMiddleware",
    "accounts.middleware.AuditContextMiddleware",
]

ROOT_URLCONF = "octe_certs.urls"
WSGI_APPLICATION = "octe_certs.wsgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "octe_certs.context_processors.shell",
            ],
        },
    },
]

# The tests' live server makes a thread for each request; a connection that outlives it would keep the test database.
DATABASES["default"]["CONN_MAX_AGE"] = 0 if ENVIRONMENT == "test" else 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# Who somebody is; what they may do is answered by `User.has_perm` itself.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
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
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "OCTE Certs"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "octe_certs.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/Detroit"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
if not PRODUCTION:
    # Filled by collectstatic in production only; whitenoise warns where the folder is missing.
    STATIC_ROOT = VAR_DIR / "static"
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = VAR_DIR / "files"
# No MEDIA_URL: uploaded files are only ever served by a view that checks who asks.
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "core.static_storage.StaticFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL,
            "access_key": S3_ACCESS_KEY,
            "secret_key": S3_SECRET_KEY,
            "region_name": S3_REGION,
            "querystring_auth": True,
            "file_overwrite": False,
            "default_acl": None,
        },
    }
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

if EMAIL_URL:
    vars().update(env.dj_email_url("", EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "outbox"
TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if ENVIRONMENT == "test"
        else "django_tasks_db.DatabaseBackend",
    }
}

# The public list's API: JSON alone, for anybody; each view names its own access, throttle and pages.
PUBLIC_API_RATE = "300/minute" if ENVIRONMENT != "test" else None
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": 1 if PRODUCTION else 0,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "OCTE Certs: approved certifications",
    "DESCRIPTION": "Which student certifications Michigan accepts for which program and school year. Read only.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": BASE_URL}],
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
DJANGO_TABLES2_TEMPLATE = "tables/table.html"
# A component sees its declared inputs and what every page has (person, request), never the page's own variables.
COTTON_ISOLATE_BY_DEFAULT = True
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
structlog.contextvars.clear_contextvars()
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"

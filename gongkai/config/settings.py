"""Settings, read from the environment once, here.

Every variable has a default that works on a laptop without any service; what production
must set is refused by a system check (`gongkai.config.checks`) rather than guessed.
The reference page `docs/developers/settings.md` lists them all, and a test compares the two.
"""

from pathlib import Path

import environ
from csp.constants import NONCE, SELF

env = environ.Env()

# Values that could not be read: (variable, what was found, what is expected). The default is
# used so that every command still starts and the system check can say it in plain words.
UNREADABLE: list[tuple[str, str, str]] = []


def _int(name: str, default: int) -> int:
    try:
        return env.int(name, default=default)
    except ValueError:
        UNREADABLE.append((name, env.str(name), "整数"))
        return default


def _bool(name: str, default: bool = False) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value not in ("0", "false", "no", "off", ""):
        UNREADABLE.append((name, value, "1 或 0"))
        return default
    return False


def _email(name: str) -> dict[str, object]:
    try:
        return dict(env.email_url(name, default="consolemail://"))
    except (ValueError, KeyError, environ.ImproperlyConfigured):
        # The address may hold a password, so only its beginning is repeated.
        UNREADABLE.append((name, env.str(name).partition(":")[0], "smtp:// 或 smtp+tls:// 开头"))
        return dict(env.email_url_config("consolemail://"))


def _pairs(name: str) -> dict[str, str]:
    pairs = {}
    for item in filter(None, (part.strip() for part in env.str(name, default="").split(","))):
        key, equals, value = item.partition("=")
        if not equals:
            UNREADABLE.append((name, item, "名称=值，多项用英文逗号隔开"))
            continue
        pairs[key.strip()] = value.strip()
    return pairs


PACKAGE_DIR = Path(__file__).resolve().parent.parent
# In a source checkout data live beside the code; an installed package uses the working folder.
_home = PACKAGE_DIR.parent if (PACKAGE_DIR.parent / "pyproject.toml").exists() else Path.cwd()
DATA_DIR = Path(env("GONGKAI_DATA_DIR", default=str(_home / "var"))).resolve()

DEBUG = _bool("GONGKAI_DEBUG")
DEMO = _bool("GONGKAI_DEMO")
SECRET_KEY = env("GONGKAI_SECRET_KEY", default="insecure-development-key-not-for-production")
ALLOWED_HOSTS = env.list("GONGKAI_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("GONGKAI_TRUSTED_ORIGINS", default=[])
# Seals the keys that seal personal data (gongkai/vault); empty: a file in the data folder. While
# it is being changed, the new one and the old one, with a comma.
VAULT_MASTER_KEY = env("GONGKAI_MASTER_KEY", default="")
HTTPS = _bool("GONGKAI_HTTPS")
PROXY_COUNT = _int("GONGKAI_PROXY_COUNT", 0)

# -- Readings of the law -------------------------------------------------------------------
# Where the text is silent or only known at second hand, the reading is a setting (see
# docs/developers/settings.md and the marks in gongkai/statute/parameters).
FEE_PAYMENT_EFFECT = env("FEE_PAYMENT_EFFECT", default="restart")
# 条例第三十一条: who confirms an online filing, the clerk ("confirm") or its submission itself.
ONLINE_RECEIPT = env("ONLINE_RECEIPT", default="confirm")
# 一事一申请: a request that is split counts as its parts ("children") or once ("parent").
REQUEST_SPLIT_COUNTING = env("REQUEST_SPLIT_COUNTING", default="children")
# Complaints of applicants (条例第四十七条 sets no time): working days until an answer is expected.
FOI_COMPLAINT_DAYS = _int("FOI_COMPLAINT_DAYS", 15)
REMEDY_CASES_COUNTED = env("REMEDY_CASES_COUNTED", default="handled")
# A place may ask for reports earlier than 条例第四十九条 does, as "01-28"; empty: the law's days.
REPORT_DUE_DEPARTMENTS = env("REPORT_DUE_DEPARTMENTS", default="")
REPORT_DUE_GOVERNMENTS = env("REPORT_DUE_GOVERNMENTS", default="")
# 三审: "all": one person takes one step of a round; "drafter": only the writer decides nothing.
REVIEW_DISTINCT_PERSONS = env("REVIEW_DISTINCT_PERSONS", default="all")
# Whether sub-district offices also owe the items of township governments (条例第二十一条).
SUBDISTRICT_TOWNSHIP_ITEMS = _bool("SUBDISTRICT_TOWNSHIP_ITEMS")
# 索引号: the places are listed in gongkai/statute/index_numbers.py.
INDEX_NUMBER_PATTERN = env("INDEX_NUMBER_PATTERN", default="{body}/{year}-{serial}")

# -- Applications --------------------------------------------------------------------------
INSTALLED_APPS = [
    "gongkai.config",
    "gongkai.demo",
    "gongkai.desk",
    "gongkai.portal",
    "gongkai.reports",
    "gongkai.disclosure",
    "gongkai.registers",
    "gongkai.foi",
    "gongkai.catalogue",
    "gongkai.organs",
    "gongkai.workdays",
    "gongkai.guard",
    "gongkai.search",
    "gongkai.vault",
    "gongkai.ledger",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django_filters",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "gongkai.portal.middleware.MaintenanceMiddleware",
    "gongkai.portal.delivery.cache.PageCacheMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gongkai.portal.middleware.ReaderMiddleware",
    "gongkai.portal.moved.middleware.MovedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "gongkai.vault.middleware.KeyUnavailableMiddleware",
]

ROOT_URLCONF = "gongkai.config.urls"
WSGI_APPLICATION = "gongkai.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gongkai.portal.context.portal",
            ],
        },
    }
]

# -- Database ------------------------------------------------------------------------------
_sqlite_url = f"sqlite:///{DATA_DIR}/gongkai.sqlite3"
DATABASES = {"default": env.db("DATABASE_URL", default=_sqlite_url)}
if DATABASES["default"].get("ENGINE", "").rpartition(".")[2] not in ("sqlite3", "postgresql"):
    # The address may hold a password, so only its beginning is repeated.
    UNREADABLE.append(
        (
            "DATABASE_URL",
            env.str("DATABASE_URL").partition(":")[0],
            "sqlite:/// 或 postgres:// 开头",
        )
    )
    DATABASES = {"default": env.db_url_config(_sqlite_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers go on while one writer works; immediate transactions take the write
    # lock at once, so two writers queue instead of failing half-way with "database is locked".
    # What a citizen was told is received must outlive a power cut, so every commit waits for the
    # disk; a demo has nothing to lose and is built faster without.
    _SYNCHRONOUS = "NORMAL" if DEMO else "FULL"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_SYNCHRONOUS}; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
        ),
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    UNREADABLE.append(("REDIS_URL", REDIS_URL.partition(":")[0], "redis:// 或 rediss:// 开头"))
    REDIS_URL = ""
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# -- People --------------------------------------------------------------------------------
AUTH_USER_MODEL = "organs.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "gongkai/organs/staff/locked.html"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "SAMEORIGIN"

# Wagtail's shell still holds inline scripts, so the staff side is left to its own headers.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/staff/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "object-src": ["'none'"],
    },
}

# -- Language, time, numbers ---------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
FORMAT_MODULE_PATH = "gongkai.config.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- Files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("GONGKAI_MEDIA_ROOT", default=str(DATA_DIR / "media"))).resolve()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or DEMO
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Forms of many rows (blocks struck out of a file, tables of a report) in one submission.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
UPLOAD_MAX_MB = _int("GONGKAI_UPLOAD_MAX_MB", 50)
# The largest file that an applicant may send with a request.
FOI_FILE_MAX_MB = _int("GONGKAI_FOI_FILE_MAX_MB", 10)
# For so many days a request that is being filled in waits for whoever began it.
FOI_DRAFT_DAYS = _int("GONGKAI_FOI_DRAFT_DAYS", 7)
# An applicant's account that nobody signed in to for so many days is erased.
FOI_ACCOUNT_DAYS = _int("GONGKAI_FOI_ACCOUNT_DAYS", 365)

# -- Migration from old sites ----------------------------------------------------------------
# Hosts that may be read although they lie in a private network, with commas; who to write to.
MIGRATION_PRIVATE_HOSTS = [
    host.strip().lower() for host in env.list("GONGKAI_MIGRATION_PRIVATE_HOSTS", default=[])
]
MIGRATION_CONTACT = env("GONGKAI_MIGRATION_CONTACT", default="")

# -- The public site -----------------------------------------------------------------------
# Finished pages that each process keeps in memory; 0 keeps none. See gongkai/portal/delivery.
PAGE_CACHE_MB = _int("GONGKAI_PAGE_CACHE_MB", 64)
# A folder that `gongkai serve` keeps a static copy of the public site in; empty: none.
STATIC_SITE = env("GONGKAI_STATIC_SITE", default="")
THEME = env("GONGKAI_THEME", default="blue")
# What 国办发〔2017〕47号 wants in the footer, as far as the site has it:
# operator=主办单位,contact=联系电话,code=网站标识码,icp=ICP备案号,police=公安备案号
SITE_FOOTER = _pairs("GONGKAI_SITE_FOOTER")
# The host in whose name feeds give out ids; after a change of domain the old one stays here.
FEED_AUTHORITY = env("GONGKAI_FEED_AUTHORITY", default="")
CSRF_FAILURE_VIEW = "gongkai.portal.errors.csrf_failure"

# -- The staff shell -----------------------------------------------------------------------
SITE_NAME = env("GONGKAI_SITE_NAME", default="政府信息公开平台")
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = env("GONGKAI_BASE_URL", default="http://localhost:8000")
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# A finished review publishes through our service: index number, duties and ledger with it.
WAGTAIL_FINISH_WORKFLOW_ACTION = "gongkai.disclosure.workflow.finish"
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "pdf", "txt", "xlsx"]

# -- Mail ----------------------------------------------------------------------------------
# Reminders and forgotten passwords; without a server they are printed to the console.
vars().update(_email("GONGKAI_EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("GONGKAI_EMAIL_FROM", default="gongkai@localhost")
EMAIL_TIMEOUT = 20
# Text messages to applicants: a class of gongkai.foi.messaging's interface and its options.
SMS_BACKEND = env("GONGKAI_SMS_BACKEND", default="gongkai.foi.messaging.console.ConsoleGateway")
SMS_OPTIONS = _pairs("GONGKAI_SMS_OPTIONS")

# -- Background work -----------------------------------------------------------------------
# Long work (site migration, large imports) waits in the database; `gongkai serve` runs a worker.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env("GONGKAI_LOG_LEVEL", default="WARNING")},
}

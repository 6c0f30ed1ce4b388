"""The product's settings with what tests need changed: an own database, cheap passwords, static files by plain name."""

import own_postgres

own_postgres.start()

from xinheng.server.config.settings import *  # noqa: E402, F403
from xinheng.server.config.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - the static server wants its folder to be there

"""The product's settings with what tests need changed: cheap passwords, no hashing of static names, mail kept in memory."""

from xinheng.server.config.settings import *  # noqa: F403
from xinheng.server.config.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

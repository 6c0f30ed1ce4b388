"""The WSGI entry point that the web server processes load."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")

application = get_wsgi_application()

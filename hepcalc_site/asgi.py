"""The ASGI entry point, for platforms that want one; gunicorn uses wsgi.py."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hepcalc_site.settings")

application = get_asgi_application()

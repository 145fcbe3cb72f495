"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from backend import charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

application = charsets.checked(get_wsgi_application())

"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from backend import charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

application = charsets.checked(get_wsgi_application())
_ = get_resolver().url_patterns  # what the first request would load, schema and all: the workers share it

gc.collect()
gc.freeze()  # what was loaded stays for good: no later collection has to look through it

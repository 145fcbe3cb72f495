"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from backend import charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

application = charsets.checked(get_wsgi_application())

gc.collect()
gc.freeze()  # what was loaded stays for good: no later collection has to look through it
gc.set_threshold(20_000, 20, 50)  # an answer is thousands of short-lived objects and hardly a cycle

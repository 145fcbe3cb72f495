#!/usr/bin/env python
"""Runs a management command, for example `manage.py migrate`."""

import os
import sys

SERVICES = {"run_huey", "runserver"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in SERVICES:
        os.environ.setdefault("MIBUDGE_SERVING", "0")  # a migration may run for longer than a request may

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

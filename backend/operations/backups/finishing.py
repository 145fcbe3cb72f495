"""What a restore does last, in a process that has the secrets of the backup: `python -m` this module."""

import os

import django
from django.core.management import call_command


def main() -> None:
    """Bring the tables to this version, try the data key, and verify every sum; exits 1 where anything is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    os.environ["MIBUDGE_SERVING"] = "0"
    django.setup()
    from backend import prepare

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    prepare.check_data_key()
    call_command("verify_ledger")


if __name__ == "__main__":
    main()

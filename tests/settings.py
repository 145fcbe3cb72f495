"""The service's settings with data of the tests' own: nothing that was kept is read or written."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="mibudge-test-")
_owner = os.getpid()


def _clean() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_clean)
for _name in [name for name in os.environ if name.startswith("MIBUDGE_") and not name.startswith("MIBUDGE_TEST_")]:
    del os.environ[_name]
os.environ.pop("HUEY_URL", None)
os.environ["MIBUDGE_DATA"] = _folder
os.environ["MIBUDGE_ADMIN"] = "1"  # it is off unless somebody wants it
os.environ["MIBUDGE_POOL"] = "0"  # a forked test process must not share its parent's connections

from backend.settings import *  # noqa: E402, F403  the settings read the environment when they are imported

# No test outlives a power cut: to wait until the disk has each write is half of what those take that commit.
_options = DATABASES["default"]["OPTIONS"]  # noqa: F405  the imported settings
if "init_command" in _options:
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
else:
    _options["options"] = f"{_options.get('options', '')} -c synchronous_commit=off"

# Each test signs people in, and Argon2 is slow by design.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Each client of a test starts the service anew, and to list all static files takes longer than most requests.
WHITENOISE_AUTOREFRESH = True

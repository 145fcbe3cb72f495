"""Spares each process the search for a map library that no part of the service uses.

strawberry-django supports Django's map fields where GDAL is installed. Asking costs four searches through all libraries
of the system, by other programs, which is a third of the time that a start takes; so the answer is given here.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from django.core.exceptions import ImproperlyConfigured

LIBRARY = "django.contrib.gis.gdal.libgdal"


class Answer(MetaPathFinder):
    """Says what Django says where there is no GDAL."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == LIBRARY:
            raise ImproperlyConfigured("mibudge has no maps")
        return None


def install() -> None:
    """Answer from now on."""
    if not any(isinstance(each, Answer) for each in sys.meta_path):
        sys.meta_path.insert(0, Answer())

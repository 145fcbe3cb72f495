from tests.rest.conftest import house

__all__ = ["house"]

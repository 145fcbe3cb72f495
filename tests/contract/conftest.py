from tests.rest.conftest import house, house_first, owner

__all__ = ["house", "house_first", "owner"]

"""Names of the schema, each made once: the optimizer looks through all of a type for each field that is asked for."""

from functools import cache

from strawberry.schema.name_converter import NameConverter
from strawberry.utils.str_converters import to_camel_case

_camel = cache(to_camel_case)


class Names(NameConverter):
    def apply_naming_config(self, name: str) -> str:
        return _camel(name)

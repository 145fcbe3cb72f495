"""The corpus of requests that mean no good, by what each of them is."""

from tests.schema.abuse.documents import DOCUMENTS
from tests.schema.abuse.request import Request
from tests.schema.abuse.requests import REQUESTS
from tests.schema.abuse.variables import DOCUMENTS as VARIABLES

CORPUS: dict[str, Request] = {**DOCUMENTS, **VARIABLES, **REQUESTS}

"""What mutations answer with beside rows."""

from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import relay

from backend.schema.errors import Problem
from backend.schema.transactions import Transaction

TransactionResult = Annotated[
    Transaction | Problem,
    strawberry.union("TransactionResult", description="The transaction as it is now, or why nothing was changed."),
]


@strawberry.type(description="What is gone.")
class Deleted:
    id: strawberry.ID = strawberry.field(description="The `id` that it had.")
    uuid: UUID = strawberry.field(description="The id that the REST API had for it.")

    @classmethod
    def of(cls, kind: type[Any], key: UUID) -> "Deleted":
        return cls(id=strawberry.ID(relay.to_base64(kind.__name__, str(key))), uuid=key)

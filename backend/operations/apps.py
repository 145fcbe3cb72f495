from django.apps import AppConfig

from backend.ledger import meter


class OperationsConfig(AppConfig):
    name = "backend.operations"
    label = "operations"

    def ready(self) -> None:
        meter.listen(count)


def count(door: str, rows: meter.Written) -> None:
    from backend.operations import metrics  # most commands write nothing and have no need of it

    metrics.written(door, rows)

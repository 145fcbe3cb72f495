from uuid import UUID

from django.apps import AppConfig

from backend.ledger import doorbell


class SchedulerConfig(AppConfig):
    name = "scheduler"

    def ready(self) -> None:
        doorbell.answer(doorbell.LINK, answer_link)


def answer_link(account_id: UUID) -> None:
    from scheduler import tasks  # opens the queue, which most commands have no need of

    tasks.link_soon(account_id)

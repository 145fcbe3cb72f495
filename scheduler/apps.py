from uuid import UUID

from django.apps import AppConfig

from backend.ledger import doorbell


class SchedulerConfig(AppConfig):
    name = "scheduler"

    def ready(self) -> None:
        doorbell.answer(doorbell.LINK, answer_link)
        doorbell.answer(doorbell.TELL, answer_tell)


def answer_link(account_id: UUID) -> None:
    from scheduler import tasks  # opens the queue, which most commands have no need of

    tasks.link_soon(account_id)


def answer_tell(_: UUID) -> None:
    from scheduler import tasks

    tasks.tell_soon()

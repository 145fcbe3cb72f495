"""Pages of a list: `page` (a number or `last`) and `page_size` (up to 500)."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.views import APIView

Counting = Callable[[QuerySet[Any]], int]
Reading = Callable[[QuerySet[Any], int], QuerySet[Any]]


class Counted(Paginator):
    """Pages of rows that may be counted and read in ways of their own.

    `reading` gets the rows and how many of the first of them are wanted. They are not counted where the first page has
    them all.
    """

    object_list: QuerySet[Any]

    def __init__(self, rows: QuerySet[Any], size: int, *, counting: Counting | None, reading: Reading | None) -> None:
        super().__init__(rows, size)
        self.counting = counting
        self.reading = reading or (lambda rows, _: rows)

    @cached_property
    def count(self) -> int:
        return super().count if self.counting is None else self.counting(self.object_list)

    def page(self, number: int | str) -> "Page[Any]":
        if str(number) != "1":
            number = self.validate_number(number)
            end = number * self.per_page
            return Page(self.reading(self.object_list, end)[end - self.per_page : end], number, self)
        rows = list(self.reading(self.object_list, self.per_page + 1)[: self.per_page + 1])
        if len(rows) <= self.per_page:
            self.count = len(rows)
        return Page(rows[: self.per_page], 1, self)


class Pages(PageNumberPagination):
    """A page that is not there is a 404; a size that is none of 1 to 500 is cut to 500 or is the default of 100."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        counting, reading = getattr(view, "count", None), getattr(view, "read", None)
        self.django_paginator_class = partial(Counted, counting=counting, reading=reading)  # type: ignore[assignment]  # called, as a class is
        return super().paginate_queryset(queryset, request, view)

    def forget(self) -> None:
        """Let go of the rows: a view is in a circle with its request, which holds them until the collector comes."""
        if self.page is not None:
            self.page.object_list = ()


class NearestPage(Pages):
    """Pages of an answer to a write, which has happened whatever page was asked for: the nearest there is."""

    def get_page_number(self, request: Request, paginator: "Paginator[Any]") -> str | int:
        number = super().get_page_number(request, paginator)
        if str(number) == "1":
            return number
        try:
            return paginator.validate_number(number)
        except InvalidPage:
            return paginator.get_page(number).number

"""Pages of a list: `page` (a number or `last`) and `page_size` (up to 500)."""

from typing import Any

from django.core.paginator import InvalidPage, Paginator
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """A page that is not there is a 404; a size that is none of 1 to 500 is cut to 500 or is the default of 100."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"


class NearestPage(Pages):
    """Pages of an answer to a write, which has happened whatever page was asked for: the nearest there is."""

    def get_page_number(self, request: Request, paginator: "Paginator[Any]") -> str | int:
        number = super().get_page_number(request, paginator)
        try:
            return paginator.validate_number(number)
        except InvalidPage:
            return paginator.get_page(number).number

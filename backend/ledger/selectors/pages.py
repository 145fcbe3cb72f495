"""Parts of long lists: so many rows after a row, of one list or of the lists below many parents at once.

However long a list is, its part costs what the part has: per parent an index is read from the row before it to its
end, in one statement for all parents, on SQLite and on PostgreSQL.

An order is a sequence of columns, each with "-" before it if it descends. The key comes last of all, so that no two
rows tie. Null is less than everything, on every database.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, F, Model, OrderBy, OuterRef, Q, QuerySet, Subquery

Order = Sequence[str]
NOTHING = Q(pk__in=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """At most `limit` rows `after` and `before` those that have these values of the columns of `order` and the key.

    `backwards`: the last ones, the last of all first.
    """

    order: Order
    limit: int
    after: Sequence[Any] | None = None
    before: Sequence[Any] | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How the rows of a list hang on their parents: by a column of their own, or by one of the rows of `through`.

    Those name the row of the list in their column `row`. `same` tells which of their columns hold what columns of the
    list's rows hold, so that an index of theirs can be read in the order of the list. `repeated`: a row may hang on its
    parent by several of them.
    """

    parent: str
    through: QuerySet[Any] | None = None
    row: str = ""
    repeated: bool = False
    same: Mapping[str, str] = field(default_factory=dict)

    def table(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that have the column of the parent."""
        if self.through is None:
            return rows
        if not rows.query.where:
            return self.through
        return self.through.filter(Exists(rows.filter(pk=OuterRef(f"{self.row}_id"))))

    def column(self, name: str) -> str:
        """Where that table has a column of the list's rows."""
        if self.through is None:
            return name
        return f"{self.row}_id" if name == "pk" else self.same.get(name, f"{self.row}__{name}")


def total(order: Order) -> Order:
    """The order with the key at its end."""
    return order if order[-1] in {"pk", "-pk"} else (*order, "pk")


def names(order: Order) -> list[str]:
    """The columns of the order, the key among them."""
    return [name.removeprefix("-") for name in total(order)]


def in_order(rows: QuerySet[Any], part: Part) -> QuerySet[Any]:
    """The rows in the order in which the part is read."""
    return rows.order_by(*_terms(rows.model, _direction(part)))


def cut(rows: QuerySet[Any], part: Part, *, column: Callable[[str], str] = str) -> QuerySet[Any]:
    """The part of a list, in the order in which it is read; `column` tells how the order's columns are called there."""
    order = total(part.order)
    if part.after is not None:
        rows = rows.filter(_beyond(rows.model, order, part.after, column=column))
    if part.before is not None:
        rows = rows.filter(_beyond(rows.model, _turned(order), part.before, column=column))
    return rows.order_by(*_terms(rows.model, _direction(part), column=column))[: part.limit]


def keys(rows: QuerySet[Any], part: Part, *, parents: QuerySet[Any], link: Link) -> Subquery:
    """The keys of the rows that belong to that part of some parent's list, as a subquery."""
    key = "uuid" if isinstance(rows.model._meta.pk, models.UUIDField) else "bigint"
    return _Members(_parts(rows, part, parents=parents, link=link).values("part"), key=key)


def keys_of_each(rows: QuerySet[Any], part: Part, *, parents: QuerySet[Any], link: Link) -> dict[UUID, list[UUID]]:
    """The keys of the rows of that part of each parent's list; one query."""
    return dict(_parts(rows, part, parents=parents, link=link).values_list("pk", "part"))


def first_of_each(rows: QuerySet[Any], *, limit: int, parents: QuerySet[Any], link: Link) -> Subquery:
    """The keys of the first so many rows of each parent's list, in the order that `rows` have, as a subquery."""
    own = rows.filter(**{link.parent: OuterRef("pk")}).values(key=F("pk"))[:limit]
    return _Members(parents.order_by().annotate(part=_Keys(own)).values("part"), key="uuid")


def count(rows: QuerySet[Any], *, parents: QuerySet[Any] | None = None, link: Link | None = None) -> int:
    """How many rows a list has: all, or those that hang on one of the parents; one query."""
    if parents is None or link is None:
        return rows.count()
    table = link.table(rows).filter(**{f"{link.parent}__in": parents.order_by().values("pk")}).order_by()
    if link.through is None:
        return table.count()
    found: dict[str, int] = table.aggregate(many=Count(link.column("pk"), distinct=True))
    return found["many"]


def count_of_each(rows: QuerySet[Any], *, parents: Iterable[UUID], link: Link) -> dict[UUID, int]:
    """How many rows the list of each parent has; one query. Parents of none are missing."""
    table = link.table(rows).filter(**{f"{link.parent}__in": list(parents)})
    return dict(table.order_by().values_list(link.parent).annotate(Count("pk")))


def parted(rows: Iterable[Any], *, link: Link) -> Mapping[UUID, list[Any]]:
    """Rows that hang on their parents by a column of their own, by parent."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, f"{link.parent}_id")].append(row)
    return found


def _parts(rows: QuerySet[Any], part: Part, *, parents: QuerySet[Any], link: Link) -> QuerySet[Any]:
    own = link.table(rows).filter(**{link.parent: OuterRef("pk")}).values(key=F(link.column("pk")))
    listed = cut(own.distinct() if link.repeated else own, part, column=link.column)
    return parents.order_by().annotate(part=_Keys(listed))


def _turned(order: Order) -> Order:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _direction(part: Part) -> Order:
    order = total(part.order)
    return _turned(order) if part.backwards else order


def _terms(model: type[Model], order: Order, *, column: Callable[[str], str] = str) -> list[OrderBy]:
    terms = []
    for name in order:
        path = column(name.removeprefix("-"))
        nulls = True if _nullable(model, name, path) else None
        terms.append(F(path).desc(nulls_last=nulls) if name.startswith("-") else F(path).asc(nulls_first=nulls))
    return terms


def _beyond(model: type[Model], order: Order, values: Sequence[Any], *, column: Callable[[str], str]) -> Q:
    """The rows that come after the one with these values.

    The bound of the first column says nothing new; it is what databases take as the bound of an index, which they do
    not see in an OR.
    """
    found, bound = NOTHING, Q()
    for name, value in zip(reversed(order), reversed(values), strict=True):
        path, descends = column(name.removeprefix("-")), name.startswith("-")
        nullable = _nullable(model, name, path)
        found = _after(path, value, descends=descends, nullable=nullable) | (_same(path, value) & found)
        bound = Q() if nullable else Q(**{f"{path}__{'lte' if descends else 'gte'}": value})
    return bound & found


def _after(path: str, value: object, *, descends: bool, nullable: bool) -> Q:
    if value is None:
        return NOTHING if descends else Q(**{f"{path}__isnull": False})
    if not descends:
        return Q(**{f"{path}__gt": value})
    below = Q(**{f"{path}__lt": value})
    return below | Q(**{f"{path}__isnull": True}) if nullable else below


def _same(path: str, value: object) -> Q:
    return Q(**{f"{path}__isnull": True}) if value is None else Q(**{path: value})


def _nullable(model: type[Model], name: str, path: str) -> bool:
    if name in {"pk", "-pk"}:
        return False
    column: Any = None
    for step in path.split("__"):
        column = (column.related_model if column else model)._meta.get_field(step)
    return bool(column.null)


class _KeyList(models.Field):
    """Keys as one value: an array, or on SQLite JSON."""

    def from_db_value(self, value: Any, expression: object, connection: Any) -> list[Any]:
        if isinstance(value, str):
            return [UUID(key) if isinstance(key, str) else key for key in json.loads(value)]
        return value or []


class _Template(Subquery):
    """A subquery within the SQL of a database's own."""

    output_field = _KeyList()
    templates: ClassVar[Mapping[str, str]]

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, template=self.templates[connection.vendor], **extra)


class _Keys(_Template):
    """The keys that a query finds, as one value."""

    templates: ClassVar = {
        "postgresql": "ARRAY(%(subquery)s)",
        "sqlite": "(SELECT json_group_array(key) FROM (%(subquery)s))",
    }


class _Members(_Template):
    """The members of all such values of a query's column `part`."""

    templates: ClassVar = {
        # In an array, since a planner without statistics would run the subquery once per row.
        "postgresql": "(SELECT unnest(ARRAY(SELECT unnest(part::%(key)s[]) FROM (%(subquery)s) AS parent)))",
        "sqlite": "(SELECT value FROM (%(subquery)s) AS parent, json_each(parent.part))",
    }

"""How a query is executed: graphql-core decides, and where nothing is left to decide, plain functions do the work.

The law: the same answer as graphql-core's own executor gives, to the last error and its path. `tests/schema/execution`
asks both.

Executing a field the ordinary way takes some 15 microseconds: a path, an `Info`, the middleware, argument handling and
type checks, for each field of each row, where the field of a row is nearly always a column. So a selection is looked at
once per execution, and what can be known beforehand becomes a *step*, a function from an object to the JSON of one of
its fields (`plans`). A step reads the value (`readers`) and writes it (`leaves`). A list of rows whose selection has
nothing but steps is written without graphql-core; in any other object each field that has a step is.

A page whose rows show nothing but columns is written without its rows (`tables`, `cells`): the columns that the steps
would read are fetched as the database has them, and become JSON column by column.

The arguments of a connection below rows are the same for all of them, so they are looked at once; its step gives each
row its page of what is looked up for all, and that of a reference the row that it names.

What has no step, since only graphql-core knows what it means: fields of a root, other fields with arguments or
extensions (permissions), interfaces and unions, and any field class or middleware that is not known here.

A step never decides that something is wrong. It raises `Otherwise`, or whatever the resolver raised, and that field, or
the whole list or page, goes the ordinary way once more, which finds the same and reports it. So what a step calls must
be without effect, as the fields of a query are; and it may be called again.
"""

from .executor import Executor

__all__ = ["Executor"]

"""The two type models of the checkout, as TypeScript text: Kysely-style interfaces and Drizzle-like tables.

Contract INF-04, INF-05.
"""

from vibehq_smoke.lab.checkout.schema import Column, Schema, Table

_KYSELY_HEAD = """\
/**
 * Tables of the four databases, in Kysely's manner.
 *
 * Generated from the migrations; change those instead.
 */

/** A column that the database fills in when an insert leaves it out. */
export type Generated<T> = { readonly __select: T; readonly __insert: T | undefined };

/** What a select gives. */
export type Selectable<R> = { [K in keyof R]: R[K] extends Generated<infer T> ? T : R[K] };

/** A row of a table, as a select gives it. */
export type Row<T extends keyof Database> = Selectable<Database[T]>;
"""
_DRIZZLE_HEAD = """\
/**
 * Table definitions of the four databases, for typed queries.
 *
 * Generated from the migrations; change those instead.
 */

import { integer, real, sql, sqliteTable, text } from "./columns";
"""


def kysely(schema: Schema) -> str:
    """Text of ``@shared/types/db.ts``: an interface for every table, and the interfaces of the databases."""
    interfaces = "\n".join(_interface(table) for table in schema.tables)
    entries = "".join(f"  {table.name}: {_pascal(table.name)}Table;\n" for table in schema.tables)
    parts = "\n".join(
        f"/** Tables of DB_{folder.upper()}. */\nexport type {_pascal(folder)}Database = Pick<\n  Database,\n"
        + "".join(f'  | "{table.name}"\n' for table in tables)
        + ">;\n"
        for folder, tables in schema.databases.items()
    )
    database = f"/** Every table by name. */\nexport interface Database {{\n{entries}}}\n"
    return f"{_KYSELY_HEAD}\n{interfaces}\n{database}\n{parts}"


def drizzle(schema: Schema) -> str:
    """Text of ``orchestrator/worker/database/schema.ts``: a table definition for every table."""
    return "\n".join((_DRIZZLE_HEAD, *(_definition(table) for table in schema.tables)))


def _interface(table: Table) -> str:
    lines = "".join(f"  {column.name}: {_kysely_type(column)};\n" for column in table.columns)
    return f"export interface {_pascal(table.name)}Table {{\n{lines}}}\n"


def _kysely_type(column: Column) -> str:
    plain = " | ".join(f'"{value}"' for value in column.values) or ("string" if column.kind == "text" else "number")
    if column.nullable:
        return f"{plain} | null"
    return f"Generated<{plain}>" if column.generated else plain


def _definition(table: Table) -> str:
    lines = "".join(f"  {_camel(column.name)}: {_drizzle_column(column)},\n" for column in table.columns)
    return f'export const {_camel(table.name)} = sqliteTable("{table.name}", {{\n{lines}}});\n'


def _drizzle_column(column: Column) -> str:
    values = ", ".join(f'"{value}"' for value in column.values)
    options = f", {{ enum: [{values}] }}" if column.values else ""
    key = ".primaryKey()" if column.primary else ".notNull()" if column.required else ""
    default = f".default(sql`{column.default}`)" if column.default is not None else ""
    return f'{column.kind}("{column.name}"{options}){key}{default}'


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _camel(name: str) -> str:
    pascal = _pascal(name)
    return pascal[0].lower() + pascal[1:]

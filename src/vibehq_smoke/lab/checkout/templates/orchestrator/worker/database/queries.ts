/** Queries whose rows have the types of the tables they read. */

import type { Columns, Select, Table } from "./columns";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** Rows in which every column of `where` has the given value, newest first. */
export async function findRows<C extends Columns>(
  db: D1Database,
  table: Table<C>,
  where: Partial<Select<C>> = {},
  limit: number = DEFAULT_LIMIT,
): Promise<Select<C>[]> {
  const wanted = pairs(table, where);
  const condition = wanted.map(([column]) => ` AND ${column} IS ?`).join("");
  const found = await db
    .prepare(`SELECT ${selection(table)} FROM ${table.name} WHERE 1${condition} ORDER BY rowid DESC LIMIT ?`)
    .bind(...wanted.map(([, value]) => value), clamp(limit, MAX_LIMIT))
    .all<Select<C>>();
  return found.results;
}

/** Stores a row; columns left out get their defaults. */
export async function insertRow<C extends Columns>(
  db: D1Database,
  table: Table<C>,
  values: Partial<Select<C>>,
): Promise<number> {
  const given = pairs(table, values);
  const columns = given.map(([column]) => column).join(", ");
  const marks = given.map(() => "?").join(", ");
  const row = await db
    .prepare(`INSERT INTO ${table.name} (${columns}) VALUES (${marks}) RETURNING rowid AS id`)
    .bind(...given.map(([, value]) => value))
    .first<{ id: number }>();
  return row?.id ?? 0;
}

export function clamp(value: number, max: number): number {
  return Math.max(1, Math.min(max, Math.trunc(value)));
}

function selection<C extends Columns>(table: Table<C>): string {
  return Object.entries(table.columns)
    .map(([key, column]) => `${column.name} AS ${key}`)
    .join(", ");
}

function pairs<C extends Columns>(table: Table<C>, values: Partial<Select<C>>): [string, SqlValue][] {
  const given = new Map<string, unknown>(Object.entries(values));
  return Object.entries(table.columns).flatMap(([key, column]): [string, SqlValue][] => {
    const value = given.get(key);
    return isSqlValue(value) ? [[column.name, value]] : [];
  });
}

function isSqlValue(value: unknown): value is SqlValue {
  return value === null || typeof value === "string" || typeof value === "number";
}

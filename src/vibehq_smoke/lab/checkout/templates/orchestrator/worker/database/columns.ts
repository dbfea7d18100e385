/** Typed tables and columns, small enough to need no library. */

export type Kind = "text" | "integer" | "real";

/** A default, as SQL. */
export interface Sql {
  readonly sql: string;
}

export class Column<T> {
  declare readonly type: T;

  constructor(
    readonly name: string,
    readonly kind: Kind,
    readonly fallback: Sql | null = null,
  ) {}

  notNull(): Column<NonNullable<T>> {
    return new Column(this.name, this.kind, this.fallback);
  }

  primaryKey(): Column<NonNullable<T>> {
    return this.notNull();
  }

  default(value: Sql): Column<T> {
    return new Column(this.name, this.kind, value);
  }
}

export type Columns = Readonly<Record<string, Column<unknown>>>;

export interface Table<C extends Columns> {
  readonly name: string;
  readonly columns: C;
}

/** A row of a table, as a query gives it. */
export type Select<C extends Columns> = { [K in keyof C]: C[K]["type"] };

export function sqliteTable<C extends Columns>(name: string, columns: C): Table<C> {
  return { name, columns };
}

export function text<V extends string = string>(name: string, _values?: { readonly enum: readonly V[] }): Column<V | null> {
  return new Column(name, "text");
}

export function integer(name: string): Column<number | null> {
  return new Column(name, "integer");
}

export function real(name: string): Column<number | null> {
  return new Column(name, "real");
}

export function sql(parts: TemplateStringsArray): Sql {
  return { sql: parts.join("") };
}

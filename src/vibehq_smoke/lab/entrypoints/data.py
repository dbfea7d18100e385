"""``DataOps`` and ``DocsOps``: the databases themselves, and documents (contract 1.3, 1.5)."""

from dataclasses import dataclass
from typing import Literal

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import LongText, Page, Text, add, listing, missing, one
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Database

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


class DatabaseRef(Options):
    """A database by its binding."""

    db: Literal["DB_OPS", "DB_PROJECTS", "DB_CHATS", "DB_HEALTH"]


class TableRef(DatabaseRef):
    """A table of a database."""

    table: Text


class NewDoc(Options):
    """A version of a document."""

    path: Text
    title: Text
    content: LongText
    project_id: Text | None = None


class DocRef(Options):
    """A document by its path."""

    path: Text


class DocQuery(Page):
    """Which documents; None means any."""

    project_id: Text | None = None


ALL_DOCS = DocQuery()


@dataclass(frozen=True)
class DataOps:
    """The databases themselves. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def list_databases(self) -> Json:
        """Binding and resource name of each, and whether it can be used."""
        found = [{"binding": base.binding, "name": base.title, "available": not base.down} for base in self._all()]
        return {"success": True, "databases": found}

    @exposed
    def list_tables(self, asked: DatabaseRef) -> Json:
        """Names of the tables of a database."""
        base = next(base for base in self._all() if base.binding == asked.db)
        return {"success": True, "tables": [row["name"] for row in base.rows(TABLES)]}

    @exposed
    def count_rows(self, asked: TableRef) -> Json:
        """Number of rows of a table."""
        base = next(base for base in self._all() if base.binding == asked.db)
        if asked.table not in {row["name"] for row in base.rows(TABLES)}:
            return missing("table")
        # The name is one of the schema's own, as the line above has seen to.
        return {"success": True, "count": base.scalar(f'SELECT count(*) FROM "{asked.table}"')}  # noqa: S608

    def _all(self) -> tuple[Database, ...]:
        return self.lab.databases.all()


@dataclass(frozen=True)
class DocsOps:
    """Documents of DB_OPS; saving again adds a version. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def save_doc(self, doc: NewDoc) -> Json:
        """Store the next version of a document."""
        ops = self.lab.databases.ops
        version = 1 + (ops.scalar("SELECT max(version) FROM docs WHERE path = ?", (doc.path,)) or 0)
        return {"success": True, "doc": add(ops, "docs", doc.model_dump() | {"version": version})}

    @exposed
    def get_doc(self, doc: DocRef) -> Json:
        """The newest version of a document."""
        return one("doc", listing(self.lab.databases.ops, "docs", {"path": doc.path}, 1))

    @exposed
    def list_docs(self, query: DocQuery = ALL_DOCS) -> Json:
        """Versions of documents, newest first."""
        rows = listing(self.lab.databases.ops, "docs", {"project_id": query.project_id}, query.limit)
        return {"success": True, "docs": rows}

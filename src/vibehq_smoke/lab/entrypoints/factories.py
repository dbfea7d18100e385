"""``Factory`` and ``TemplateOps``: who builds, and from which templates (contract 5.1)."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import LongText, Page, Text, add, listing, missing, one
from vibehq_smoke.lab.names import FACTORY_PATTERN
from vibehq_smoke.lab.serving.replies import Json


class FactoryRef(Options):
    """A factory by its name."""

    name: Text


class NewFactory(Options):
    """A factory to register."""

    name: Annotated[str, Field(pattern=FACTORY_PATTERN)]
    provider: Text = "github"
    repo_owner: Text | None = None
    repo_name: Text | None = None
    path: Text | None = None


class FactoryQuery(Page):
    """Which factories; None means any."""

    active: bool | None = None


ALL_FACTORIES = FactoryQuery()


class ContainerSettings(Options):
    """How a factory's container is built; the newest settings count."""

    factory_name: Text
    dockerfile_path: Text | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class TemplateFile(Options):
    """A file of a template."""

    template_name: Text
    file_path: Text


class Placeholder(Options):
    """A place in a template's file that an order fills."""

    template_file_id: Annotated[int, Field(ge=1)]
    placeholder: Text


class Filling(Options):
    """What an order puts in the place of a placeholder."""

    order_id: Text
    placeholder_id: Annotated[int, Field(ge=1)]
    value: LongText


class TemplateQuery(Page):
    """Which template; None means any."""

    template_name: Text | None = None


ALL_TEMPLATES = TemplateQuery()


class MappingQuery(Page):
    """Which order's mappings."""

    order_id: Text


@dataclass(frozen=True)
class Factory:
    """Factories of DB_OPS and the settings of their containers. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def list_factories(self, query: FactoryQuery = ALL_FACTORIES) -> Json:
        """Factories, newest first."""
        active = None if query.active is None else int(query.active)
        return {
            "success": True, "factories": listing(self.lab.databases.ops, "factories", {"active": active}, query.limit),
        }  # fmt: skip

    @exposed
    def get_factory(self, factory: str | FactoryRef) -> Json:
        """One factory by its name."""
        name = factory if isinstance(factory, str) else factory.name
        return one("factory", listing(self.lab.databases.ops, "factories", {"name": name}))

    @exposed
    def register_factory(self, factory: NewFactory) -> Json:
        """Add a factory; not successful when the name is taken."""
        if listing(self.lab.databases.ops, "factories", {"name": factory.name}):
            return {"success": False, "error": "factory already exists"}
        return {"success": True, "factory": add(self.lab.databases.ops, "factories", factory.model_dump())}

    @exposed
    def set_container_settings(self, asked: ContainerSettings) -> Json:
        """Store settings for a factory that is there."""
        if not listing(self.lab.databases.ops, "factories", {"name": asked.factory_name}):
            return missing("factory")
        row = {
            "factory_name": asked.factory_name, "dockerfile_path": asked.dockerfile_path, "json": asked.settings,
        }  # fmt: skip
        return {"success": True, "settings": add(self.lab.databases.ops, "container_settings", row)}

    @exposed
    def get_container_settings(self, factory: str | FactoryRef) -> Json:
        """The newest settings of a factory."""
        name = factory if isinstance(factory, str) else factory.name
        return one("settings", listing(self.lab.databases.ops, "container_settings", {"factory_name": name}, 1))


@dataclass(frozen=True)
class TemplateOps:
    """Bookkeeping of templates in DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def add_template_file(self, file: TemplateFile) -> Json:
        """Enter a file of a template."""
        return {"success": True, "file": add(self.lab.databases.ops, "template_files", file.model_dump())}

    @exposed
    def list_template_files(self, query: TemplateQuery = ALL_TEMPLATES) -> Json:
        """Files of templates, newest first."""
        wanted = {"template_name": query.template_name}
        return {"success": True, "files": listing(self.lab.databases.ops, "template_files", wanted, query.limit)}

    @exposed
    def add_placeholder(self, asked: Placeholder) -> Json:
        """Enter a placeholder of a file that is there."""
        if not listing(self.lab.databases.ops, "template_files", {"id": asked.template_file_id}):
            return missing("template file")
        row = add(self.lab.databases.ops, "template_placeholders", asked.model_dump())
        return {"success": True, "placeholder": row}

    @exposed
    def map_placeholder(self, asked: Filling) -> Json:
        """Say what an order puts in the place of a placeholder that is there."""
        if not listing(self.lab.databases.ops, "template_placeholders", {"id": asked.placeholder_id}):
            return missing("placeholder")
        row = add(self.lab.databases.ops, "order_placeholder_mappings", asked.model_dump())
        return {"success": True, "mapping": row}

    @exposed
    def get_mappings(self, query: MappingQuery) -> Json:
        """The mappings of an order, newest first."""
        wanted = {"order_id": query.order_id}
        rows = listing(self.lab.databases.ops, "order_placeholder_mappings", wanted, query.limit)
        return {"success": True, "mappings": rows}

"""``ProjectsOps`` and ``ChatsOps``: projects and the conversations about them (contract 5.2, 5.3)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import FIRST_PAGE, LongText, Page, Text, add, listing
from vibehq_smoke.lab.serving.replies import Json


class ProjectRef(Page):
    """A project by its id."""

    project_id: Text


class NewRequirement(Options):
    """One section of what a project must do."""

    project_id: Text
    section: Text
    title: Text
    requirements: LongText | list[Any] | dict[str, Any]
    version: Annotated[int, Field(ge=1)] = 1


class NewCard(Options):
    """A project at a glance."""

    project_id: Text
    title: Text
    sections: list[Any] | dict[str, Any]
    conversation_id: Text | None = None
    version: Annotated[int, Field(ge=1)] = 1


class NewMessage(Options):
    """One message of a conversation."""

    conversation_id: Text
    role: Literal["user", "assistant", "system", "tool"]
    message: LongText
    project_id: Text | None = None
    user_id: Text | None = None
    agent_name: Text | None = None
    message_type: Text = "text"
    structured_data: dict[str, Any] | list[Any] | None = None


class ConversationRef(Page):
    """A conversation by its id."""

    conversation_id: Text


@dataclass(frozen=True)
class ProjectsOps:
    """Projects of DB_PROJECTS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def list_projects(self, page: Page = FIRST_PAGE) -> Json:
        """Ids of the projects that have requirements or a card, and how many of each."""
        rows = self.lab.databases.projects.rows(
            "SELECT project_id, sum(kind = 'r') AS requirements, sum(kind = 'c') AS cards FROM ("
            "SELECT project_id, 'r' AS kind FROM project_requirements"
            " UNION ALL SELECT project_id, 'c' FROM project_overview_cards) GROUP BY 1 ORDER BY 1 LIMIT ?",
            (min(page.limit, 100),),
        )
        return {"success": True, "projects": rows}

    @exposed
    def add_requirement(self, requirement: NewRequirement) -> Json:
        """Add a section."""
        row = add(self.lab.databases.projects, "project_requirements", requirement.model_dump())
        return {"success": True, "requirement": row}

    @exposed
    def get_requirements(self, project: ProjectRef) -> Json:
        """The sections of a project, newest first."""
        wanted = {"project_id": project.project_id}
        rows = listing(self.lab.databases.projects, "project_requirements", wanted, project.limit)
        return {"success": True, "requirements": rows}

    @exposed
    def add_overview_card(self, card: NewCard) -> Json:
        """Add a card."""
        return {"success": True, "card": add(self.lab.databases.projects, "project_overview_cards", card.model_dump())}

    @exposed
    def get_overview_cards(self, project: ProjectRef) -> Json:
        """The cards of a project, newest first."""
        wanted = {"project_id": project.project_id}
        rows = listing(self.lab.databases.projects, "project_overview_cards", wanted, project.limit)
        return {"success": True, "cards": rows}


@dataclass(frozen=True)
class ChatsOps:
    """Conversations of DB_CHATS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def log_message(self, message: NewMessage) -> Json:
        """Add a message."""
        return {"success": True, "message": add(self.lab.databases.chats, "conversation_logs", message.model_dump())}

    @exposed
    def get_conversation(self, conversation: ConversationRef) -> Json:
        """The messages of a conversation, newest first."""
        wanted = {"conversation_id": conversation.conversation_id}
        rows = listing(self.lab.databases.chats, "conversation_logs", wanted, conversation.limit)
        return {"success": True, "messages": rows}

    @exposed
    def list_conversations(self, page: Page = FIRST_PAGE) -> Json:
        """Conversations, the one spoken in last first, with the number of their messages."""
        rows = self.lab.databases.chats.rows(
            "SELECT conversation_id, count(*) AS messages, max(timestamp) AS last_message_at FROM conversation_logs"
            " GROUP BY 1 ORDER BY max(id) DESC LIMIT ?",
            (min(page.limit, 100),),
        )
        return {"success": True, "conversations": rows}

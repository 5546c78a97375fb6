"""What the assistant does with its store: begin a conversation, add a turn, read, forget."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import select

from feature_board import assistant_store
from feature_board.assistant_store import Conversation, ConversationMessage
from feature_board.clock import utc_now

Role = Literal["user", "assistant", "system"]

TITLE_LENGTH = 200


def begin_conversation(project: Path) -> int:
    """Create an empty conversation and return its id."""
    with assistant_store.transaction(project) as session:
        conversation = Conversation(project_name=project.name)
        session.add(conversation)
        session.flush()
        return conversation.id


def add_message(project: Path, conversation_id: int, role: Role, content: str) -> int:
    """Append a turn, touch the conversation, and name it after its first user message."""
    with assistant_store.transaction(project) as session:
        conversation = session.get_one(Conversation, conversation_id)
        message = ConversationMessage(conversation_id=conversation_id, role=role, content=content)
        session.add(message)
        conversation.updated_at = utc_now()
        if conversation.title is None and role == "user":
            conversation.title = content[:TITLE_LENGTH]
        session.flush()
        return message.id


def list_messages(project: Path, conversation_id: int) -> list[ConversationMessage]:
    """The turns of a conversation, oldest first, detached from any session."""
    with assistant_store.transaction(project) as session:
        turns = (
            select(ConversationMessage)
            .where(ConversationMessage.conversation_id == conversation_id)
            .order_by(ConversationMessage.id)
        )
        return list(session.scalars(turns))


def list_conversations(project: Path) -> list[Conversation]:
    """The conversations of a project, the most recently touched first."""
    with assistant_store.transaction(project) as session:
        latest_first = select(Conversation).order_by(Conversation.updated_at.desc())
        return list(session.scalars(latest_first))


def forget_conversation(project: Path, conversation_id: int) -> None:
    """Delete a conversation with all its turns."""
    with assistant_store.transaction(project) as session:
        session.delete(session.get_one(Conversation, conversation_id))

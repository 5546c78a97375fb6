"""Contract documents from code: a draft of their units, the Markdown that says them, and its refreshing."""

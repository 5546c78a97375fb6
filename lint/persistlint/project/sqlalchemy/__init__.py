"""What SQLAlchemy, SQLModel and Flask-SQLAlchemy make of the values that a project's modules evaluate to."""

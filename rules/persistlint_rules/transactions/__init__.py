"""What is read and written under which lock, and how transactions end."""

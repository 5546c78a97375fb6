"""SQL in Python strings and `.sql` files against the tables that the project creates."""

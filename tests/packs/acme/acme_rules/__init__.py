"""House rules for tables: an example of a pack that another distribution ships."""

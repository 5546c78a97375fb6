"""The rules of persistlint: one folder a family, one module and one page a rule."""

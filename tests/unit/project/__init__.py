"""Phase two: what the interpreter, the SQLAlchemy semantics and the SQL sites make of small projects."""

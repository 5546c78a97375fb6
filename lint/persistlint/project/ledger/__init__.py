"""The column ledger: interprets what handles rows, documents and API shapes, and notes where columns go."""

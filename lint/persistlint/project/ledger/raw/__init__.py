"""Raw SQL in the ledger: which parameters fill which columns, and which columns the rows of a query hold."""

"""What an API accepts and shows against the tables behind it."""

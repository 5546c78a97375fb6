"""Models read from source, compared with the MetaData that the same source really has."""

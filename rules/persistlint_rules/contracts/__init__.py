"""The contract documents against each other and against themselves."""

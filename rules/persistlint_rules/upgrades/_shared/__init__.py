"""What the rules of this family share."""

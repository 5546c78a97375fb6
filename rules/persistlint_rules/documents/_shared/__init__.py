"""What the rules of this family ask in common."""

"""What rules about stores share: which openings count, what a contract promises of them, and how they are named."""

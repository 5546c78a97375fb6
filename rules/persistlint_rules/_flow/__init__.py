"""What the families `transactions` and `engines` share."""

"""Tables as JSON or CSV files: nothing is lost on the way in or out, and a file that was imported is kept."""

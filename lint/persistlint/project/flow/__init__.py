"""The paths through each function, and what they do to engines, connections and sessions."""

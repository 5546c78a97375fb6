"""The life of engines, connections and sessions: who opens, keeps and ends them."""

"""An abstract interpreter: what the modules of a project evaluate to, as far as that can be known without running them."""

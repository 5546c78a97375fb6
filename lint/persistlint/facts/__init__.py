"""The vocabulary: frozen values without behaviour, the only thing that passes between the phases."""

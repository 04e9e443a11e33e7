"""Tags: what apps and media are, by name: from a vocabulary that may grow, kept by name."""

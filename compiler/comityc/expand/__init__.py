"""From a spec that uses a pattern to the full protocol that it stands for."""

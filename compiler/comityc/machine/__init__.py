"""The typed machine that all rooms share, its text, and questions about its parts: data, and helpers that know nothing else."""

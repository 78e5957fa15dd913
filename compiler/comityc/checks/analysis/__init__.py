"""What the checks share: walks over expressions, the places of transitions, guards, constants, and who can tell whom."""

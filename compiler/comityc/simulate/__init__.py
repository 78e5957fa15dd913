"""A machine with simulations in, many runs drawn at random and what they say of its expectations out."""

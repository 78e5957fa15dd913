"""What a protocol declares comes in; tables of names and types go out."""

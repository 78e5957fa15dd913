"""From text to nodes: what a spec says, before its names mean anything."""

"""From a file to a located tree of the right shape; nothing behind this room knows about YAML."""

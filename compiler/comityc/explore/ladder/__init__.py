"""Which faults a protocol stands: one search for each, rung by rung, from none to all that its spec declares."""

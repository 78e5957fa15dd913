"""An expanded protocol comes in; the machine goes out, or everything that is wrong with it."""

"""The Python back end: a machine comes in, one readable module goes out."""

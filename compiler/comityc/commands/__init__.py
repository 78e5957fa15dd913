"""What the larger commands do, one in each file: paths and options come in, the rooms do the work, an exit code goes out."""

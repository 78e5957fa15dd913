"""What is asked of a graph of states and steps, in C where there is a compiler and in NumPy where there is none."""

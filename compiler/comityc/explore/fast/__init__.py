"""A faster way through the same states: tables of what the generated Python does, and kernels that look steps up in them.

    search (reference)  ->  tables  ->  kernel.c, or columns.py where there is no compiler
                              ^             |
                              +-- asks for what is not there yet

The reference engine begins every search and remains the judge; what it learned is taken over at the border of a level.
"""

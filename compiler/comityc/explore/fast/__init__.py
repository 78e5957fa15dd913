"""A faster way through the same states: tables of what the generated Python does, and a kernel that looks steps up in them.

    search (reference)  ->  tables  ->  kernel.c, where there is a C compiler
                              ^             |
                              +-- asks for what is not there yet

The reference engine begins every search and remains the judge; what it learned is taken over at the border of a level.
"""

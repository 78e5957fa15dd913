"""Faster ways through the same states: tables of what the generated Python does, and two engines that look steps up in them.

    search (reference)  ->  tables  ->  native_search, kernel.c: where there is a C compiler
                              ^  |
                              |  +--->  columns: with NumPy alone, a level at a time
                              |             |
                              +-- both ask for what is not there yet

The reference engine begins every search and remains the judge; what it learned is taken over at the border of a level.
"""

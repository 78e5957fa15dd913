"""A machine in, its standard mutants and what becomes of each out: do the properties of a spec notice when it is wrong?"""

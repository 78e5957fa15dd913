"""`comity expand`: the full protocol that a spec stands for is printed."""

from comityc.commands.shared import FINDINGS, FINE, print_diagnostics


def expand_command(file: str) -> int:
    """Print the full protocol that a spec stands for."""
    from comityc.diagnostics.bag import Bag
    from comityc.driver import read_tree
    from comityc.expand.printer import print_tree

    bag = Bag()
    tree, _ = read_tree(file, bag)
    print_diagnostics(bag.diagnostics)
    if tree is None or bag.has_errors:
        return FINDINGS
    print(print_tree(tree), end="")
    return FINE

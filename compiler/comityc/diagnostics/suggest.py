"""A word that nothing declares and the words that are known come in; the sentence for `help:` goes out, or none."""

from collections.abc import Iterable


def closest(text: str, known: Iterable[str]) -> str | None:
    """Return the known word that was most likely meant."""
    words = sorted({word for word in known if word != text})
    by_lower_case = {word.lower(): word for word in reversed(words)}
    if text.lower() in by_lower_case:
        return by_lower_case[text.lower()]
    # Long texts are no typing slips, and difflib takes quadratic time over them.
    if len(text) > 100:
        return None
    from difflib import get_close_matches  # needed only when something is wrong

    matches = get_close_matches(text, words, n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(text: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean `x`?`` with the closest known word."""
    word = closest(text, known)
    return None if word is None else f"did you mean `{word}`?"

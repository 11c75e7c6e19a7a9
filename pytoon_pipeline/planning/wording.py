"""Words for people in the notes of a plan."""


def counted(number: int, thing: str) -> str:
    """A number with its thing: “1 word”, “2 words”."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

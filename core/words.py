"""Numbers in sentences."""


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 rating", "2 ratings", "1,234 ratings".

    Args:
        plural: where it is not the singular with an s: "people", "panelists have".
    """
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}"

"""The family of errors that our services raise: each has a message for the person who meets it."""


class Problem(Exception):
    """Something that a person can put right. The message says what is wrong and what to do.

    Views turn it into a message on the page with everything typed kept; it never becomes an error page.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class MoveNotAllowedError(Problem):
    """The thing is in a state from which this step does not lead on."""


class StaleVersionError(Problem):
    """Somebody else saved the same thing since this person opened it."""

"""The one kind of error that people see."""


class CarbonError(Exception):
    """One line that says what is wrong, where, and what to do next."""

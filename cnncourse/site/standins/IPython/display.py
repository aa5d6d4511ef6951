"""Nothing is displayed here: the page does."""


def display(*_objects, **_options):
    """Do nothing."""


def clear_output(*_objects, **_options):
    """Do nothing."""

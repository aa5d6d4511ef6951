"""What ipywidgets asks of IPython, where there is none."""


def get_ipython() -> None:
    """Return None: there is no shell."""
    return None

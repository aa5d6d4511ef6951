"""What ipywidgets asks of IPython's shell, where there is none."""


class InteractiveShell:
    """A shell that was never begun."""

    @staticmethod
    def initialized() -> bool:
        """Return False."""
        return False

"""Convolutional neural networks you can touch.

The package behind the notebooks is a small house: numbers → picture → hands → page. A value is
computed on the ground floor, drawn on the first, moved by a hand on the second, and met on a
notebook page. A module imports from its own floor or from below, never from above.

A file at the root is numbers, with NumPy alone. A folder is another room, and says itself what it
holds: ``architectures``, ``handwriting`` and ``exercises`` (numbers too), ``figures`` (pictures),
``widgets`` and ``explorers`` (hands), ``lab`` (PyTorch), ``run`` (notebooks without a browser),
``site`` (pages without a kernel).

``python -m cnncourse doctor`` looks at the installation, ``python -m cnncourse run`` executes the
notebooks. Importing ``cnncourse`` alone loads nothing else: ``from cnncourse import geometry``.
"""

__version__ = "0.1.0"

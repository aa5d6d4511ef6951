"""Convolutional neural networks you can touch.

The package behind the notebooks is a small house: numbers → picture → hands → page. A value is
computed on the ground floor, drawn on the first, moved by a hand on the second, and met on a
notebook page. A module imports from its own floor or from below, never from above.

Floor 0, numbers (NumPy; ``images`` also OpenCV and Pillow):
    ``geometry``       output sizes, "same" padding, receptive fields
    ``convolution``    correlate, convolve, pool: the loop to read and its fast twin
    ``kernels``        named kernels and what each of them shows
    ``images``         sample photographs, careful loading, grey, channels, threshold, gamma
    ``signals``        a noisy sensor and the averages that calm it
    ``pooling``        five ways to pool, the gradient of each, the test by shifting
    ``activations``    sigmoid to GELU with their slopes; softmax and cross-entropy
    ``backward``       gradients through convolution and pooling
    ``regularise``     dropout and batch normalisation, forward and backward
    ``pipeline``       one digit through a whole small network
    ``layers``         layers as records, and a small language to write stacks in
    ``networks``       LeNet-5 to ResNet, built of layers
    ``architectures``  trace: shapes, parameters, products, memory and field of each layer
    ``designs``        one design swapped for another
    ``imagenet``       the ImageNet results and their sources
    ``optional``       PyTorch, where a notebook asks for it
    ``checks``         the checks of the exercises: your function in, a verdict out
    ``exercises``      which exercise stands where
    ``progress``       which exercises have passed, remembered on this computer
Floor 1, pictures:
    ``svg``            a drawing as text, with a title
    ``figures``        diagrams: numbers in, a drawing out
    ``plots``          photographs and curves with matplotlib
Floor 2, hands (ipywidgets):
    ``explorer``       named controls, one figure function, a sentence of state
    ``explorers``      the explorers of the notebooks
    ``question``       predict first, then look
    ``keyboard``, ``matrix_input``, ``photo_input``, ``drawpad``
                       controls for matrices, photographs and drawn digits
The wing, PyTorch:
    ``lab``            digits, models, training, evaluation, inspection, your own handwriting

``python -m cnncourse doctor`` looks at the installation, ``python -m cnncourse run`` executes the
notebooks. Importing ``cnncourse`` alone loads nothing else: ``from cnncourse import geometry``.
"""

__version__ = "0.1.0"

"""The lab: a convolutional network is trained on handwritten digits and then questioned.

The wing of the house where PyTorch lives. In the order of a lesson:

``digits``      MNIST, found or fetched and checked, or a smaller sample without a network
``models``      the small network, the lecture's, and two baselines
``training``    ``fit`` → ``History``: plain lists of what happened
``evaluation``  accuracy with its interval, confusion, the most wrong, robustness
``live``        training in small pieces, for a hand that steers
``inspection``  what the layers do, as arrays
``preprocess``  a photograph → digits in MNIST's form, by ``paper`` (find the ink) and ``separate``
``page``        a photographed page of digits, made by the program

Importing ``cnncourse.lab`` alone loads nothing: ``from cnncourse.lab import digits, training``.
"""

"""The exercises of the course: in which notebook and section each stands.

    >>> [exercise.check for exercise in of("01_image_basics")][:2]
    ['pixel_at', 'crop']

A kernel does not know which notebook it works for, so the list stands here. The tests hold it equal
to the notebooks (``tests/notebooks/form.py``); whoever adds an exercise adds a line.
"""

from __future__ import annotations

from dataclasses import dataclass

# File name → title, and file name → heading of a section → name of a check → title of the exercise.
TITLES = {
    "01_image_basics": "Read an image as an array of numbers",
    "02_kernels": "Filter photographs with small kernels",
    "03_convolution_maths": "Slide a kernel: the mathematics of convolution",
    "04_layer_by_layer_cnn": "Build a CNN, layer by layer",
    "05_mnist_lab": "Train a network, question it, and let it read your handwriting",
    "06_architecture_history": "Take famous networks apart: LeNet-5 to ResNet and beyond",
}

SECTIONS = {
    "01_image_basics": {
        "1. An image is an array (about 10 minutes)": {
            "pixel_at": "Exercise 1 · find the mistake: x and y",
            "crop": "Exercise 2 · crop",
        },
        "2. From a file to colours (about 10 minutes)": {
            "swap_red_blue": "Exercise 3 · find the mistake: put the colours right"
        },
        "3. From colour to grey (about 6 minutes)": {"to_grey": "Exercise 4 · grey"},
        "4. One pixel at a time (about 15 minutes)": {
            "brighten": "Exercise 5 · find the mistake: brighten",
            "gamma": "Exercise 6 · find the mistake: gamma",
        },
        "5. Fewer pixels, fewer levels (about 7 minutes)": {"halve": "Exercise 7 · halve"},
    },
    "02_kernels": {
        "1. A window, weights, a sum (8 minutes)": {
            "window_response": "Exercise 1: one output pixel"
        },
        "2. What the sum of the weights says (6 minutes)": {
            "box_blur": "Exercise 2: find the mistake, a blur that blinds"
        },
        "3. The kernel lab: blur, sharpen, outline, emboss (9 minutes)": {
            "soften": "Exercise 3: find the mistake, a blur that sharpens"
        },
        "4. Bytes cut off half of the answer (6 minutes)": {
            "edge_response": "Exercise 4: find the mistake, half of the edges are missing"
        },
        "5. Edges and their direction (8 minutes)": {
            "edge_strength": "Exercise 5: edges of all directions"
        },
        "6. Gaussian blur, and how to pay less (7 minutes)": {
            "gaussian_kernel": "Exercise 6: build the bell"
        },
        "8. Noise: when a mean helps and when it does not (7 minutes)": {
            "median_filter": "Exercise 7: a median filter"
        },
    },
    "03_convolution_maths": {
        "3. A noisy sensor (8 minutes)": {"causal_filter": "Exercise 1: a causal filter"},
        "4. Convolution, cross-correlation, and the flip (10 minutes)": {
            "convolve_2d": "Exercise 2: find the mistake (the flip)",
            "operation_of": "Exercise 3: find the mistakes (names)",
        },
        "5. Edges: valid, same, full (5 minutes)": {"output_sizes": "Exercise 4: three sizes"},
        "7. Many channels (9 minutes)": {
            "conv_layer": "Exercise 5: a layer",
            "count_parameters": "Exercise 6: find the mistake (parameters)",
        },
        "8. Convolution is a matrix (6 minutes)": {"as_matrix": "Exercise 7: build the matrix"},
    },
    "04_layer_by_layer_cnn": {
        "3. Padding: what happens at the border (10 minutes)": {
            "same_padding": "Exercise: same padding"
        },
        "4. Stride and dilation: leaving out (11 minutes)": {
            "strided": "Exercise: find the mistake (stride)",
            "output_size": "Exercise: the output size",
        },
        "5. Receptive field: what a unit sees (10 minutes)": {
            "field_size": "Exercise: the recursion"
        },
        "6. Pooling: a summary of each window (10 minutes)": {
            "max_pool": "Exercise: find the mistake (pooling)"
        },
        "7. Activations: why a network must bend (10 minutes)": {
            "sigmoid_slope": "Exercise: the slope of the sigmoid"
        },
        "8. Flatten and dense layers (9 minutes)": {
            "flat_place": "Exercise: find your place",
            "dense_parameters": "Exercise: find the mistake (dense parameters)",
        },
        "9. Softmax and cross-entropy (9 minutes)": {
            "stable_softmax": "Exercise: a softmax that never overflows"
        },
        "10. The way back: gradients through convolution and pooling (9 minutes)": {
            "weight_gradient": "Exercise: the gradient of the kernel"
        },
        "11. Dropout (8 minutes)": {"inverted_dropout": "Exercise: find the mistake (dropout)"},
        "12. Batch normalisation (11 minutes)": {
            "running_variance": "Exercise: find the mistake (running variance)",
            "eval_batch_norm": "Exercise: batch normalisation in evaluation",
        },
        "13. The bill: sizes, parameters, products, memory (9 minutes)": {
            "conv_cost": "Exercise: what a convolution costs",
            "pool_size": "Exercise: find the mistake (pooling size)",
        },
    },
    "05_mnist_lab": {
        "1. First look at the data (10 minutes)": {
            "majority_guess": "Exercise 1: the guess that does not look"
        },
        "3. Seven mistakes of a first program (18 minutes)": {
            "flatten": "Exercise 2: find the mistake (a batch that grows)",
            "loss": "Exercise 3: find the mistake (squeezed twice)",
            "is_right": "Exercise 4: find two mistakes (a tuple, and an int)",
            "accuracy": "Exercise 5: find two mistakes (an accuracy that is off)",
        },
        "5. Look inside (15 minutes)": {
            "grid_shape": "Exercise 6: find the mistake (one row too many)",
            "one_scale": "Exercise 7: find the mistake (everyone on a scale of their own)",
        },
        "6. Errors (10 minutes)": {"confusion": "Exercise 8: the table of confusions"},
        "7. Break it (12 minutes)": {
            "shifted": "Exercise 9: find the mistake (a shift that comes round)"
        },
        "9. Your own handwriting (15 minutes)": {
            "white_on_black": "Exercise 10: which way round is the ink?",
            "centre_of_mass": "Exercise 11: the centre of mass",
        },
        "10. Open the test set (5 minutes)": {"margin": "Exercise 12: the margin"},
    },
    "06_architecture_history": {
        "2. How to read a table of layers (8 minutes)": {
            "memory_estimate": "Exercise 1: find the mistakes (memory)"
        },
        "3. LeNet-5, then and now (9 minutes)": {
            "partial_parameters": "Exercise 2: a partially connected layer"
        },
        "4. ImageNet and AlexNet (10 minutes)": {
            "grouped_parameters": "Exercise 3: two GPUs, two groups"
        },
        "5. VGG: only small kernels (8 minutes)": {
            "stack_ratio": "Exercise 4: how much do small kernels save?"
        },
        "6. 1×1, global averages, and GoogLeNet (13 minutes)": {
            "global_average": "Exercise 5: global average pooling",
            "inception_parameters": "Exercise 6: count an inception module",
        },
        "7. ResNet: layers that may do nothing (14 minutes)": {
            "residual_block": "Exercise 7: a residual block"
        },
    },
}


@dataclass(frozen=True)
class Exercise:
    """One exercise: its notebook, the heading of its section, its check's name and its title."""

    notebook: str
    section: str
    check: str
    title: str


def of(notebook: str) -> list[Exercise]:
    """Return the exercises of a notebook, in their order.

    Raises
    ------
    ValueError
        If the course has no notebook of that name.
    """
    if notebook not in SECTIONS:
        names = ", ".join(SECTIONS)
        raise ValueError(f"there is no notebook {notebook!r}: choose one of {names}")
    return [
        Exercise(notebook, section, check, title)
        for section, exercises in SECTIONS[notebook].items()
        for check, title in exercises.items()
    ]


def checks() -> set[str]:
    """Return the names of all checks: each belongs to one exercise."""
    return {exercise.check for notebook in SECTIONS for exercise in of(notebook)}

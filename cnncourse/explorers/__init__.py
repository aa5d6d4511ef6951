"""The course's explorers: each a function that builds a widget. One module a notebook."""

from cnncourse.explorers.convolution_maths import (
    as_matrix,
    channel_sum,
    flip,
    noisy_sensor,
    sharing,
    shift_equivariance,
    sliding_sum,
)
from cnncourse.explorers.flagship import convolution
from cnncourse.explorers.image_basics import (
    channel_mixer,
    pixel_microscope,
    point_operations,
    resolution,
    shift_and_shuffle,
    threshold,
)
from cnncourse.explorers.kernels import (
    edge_angle,
    frequency_gain,
    gaussian_blur,
    kernel_guess,
    kernel_lab,
    noise_filters,
    window_walk,
)
from cnncourse.explorers.learning_layers import (
    activations,
    batch_norm,
    conv_backward,
    dense_cost,
    dropout,
    softmax,
)
from cnncourse.explorers.spatial_layers import (
    budget,
    output_size,
    padding,
    pipeline,
    pooling,
    receptive_field,
    stride,
)

__all__ = [
    "activations",
    "as_matrix",
    "batch_norm",
    "budget",
    "channel_mixer",
    "channel_sum",
    "conv_backward",
    "convolution",
    "dense_cost",
    "dropout",
    "edge_angle",
    "flip",
    "frequency_gain",
    "gaussian_blur",
    "kernel_guess",
    "kernel_lab",
    "noise_filters",
    "noisy_sensor",
    "output_size",
    "padding",
    "pipeline",
    "pixel_microscope",
    "point_operations",
    "pooling",
    "receptive_field",
    "resolution",
    "sharing",
    "shift_and_shuffle",
    "shift_equivariance",
    "sliding_sum",
    "softmax",
    "stride",
    "threshold",
    "window_walk",
]

"""The course's explorers: each a function that builds a widget. One module a notebook.

Those of the notebooks that train networks are imported by themselves: `explorers.training_lab` in
notebook 05, `explorers.mnist_lab` in 05b.
"""

import inspect

from cnncourse.explorers.convolution_maths import (
    as_matrix,
    channel_sum,
    colour_kernel,
    flip,
    noisy_sensor,
    sharing,
    shift_equivariance,
    sliding_sum,
)
from cnncourse.explorers.flagship import convolution
from cnncourse.explorers.history import (
    blueprint,
    digit_walk,
    inception_costs,
    skip_connection,
    timeline,
    what_if,
    which_network,
)
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

# every explorer that is imported above
__all__ = sorted(name for name, found in globals().items() if inspect.isfunction(found))

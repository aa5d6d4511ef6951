"""The course's diagrams: pure functions, numbers in, `Svg` out. One module a theme."""

from cnncourse.figures.blueprints import (
    blueprint,
    digit_walk,
    inception_costs,
    skip_connection,
    timeline,
    what_if,
    which_network,
)
from cnncourse.figures.charts import line_chart
from cnncourse.figures.filters import (
    borders,
    clipping,
    edge_angle,
    frequency_gain,
    gaussian_blur,
    kernel_cards,
    kernel_guess,
    kernel_lab,
    noise_filters,
    separable,
    window_walk,
)
from cnncourse.figures.gradients import pixel_gradients
from cnncourse.figures.grids import convolution, matrix, number_grids
from cnncourse.figures.history import (
    googlenet_graph,
    imagenet_chart,
    inception_module,
    network_stack,
    residual_block,
    two_stacks,
    u_network,
)
from cnncourse.figures.lab import (
    break_it,
    calibration,
    class_balance,
    confusion,
    digits,
    filters_over_time,
    layer_xray,
    learned_kernels,
    learning_curves,
    live_training,
    reading,
    readings,
    training_so_far,
    what_matters,
)
from cnncourse.figures.learning_layers import (
    activation,
    activations,
    batch_norm,
    conv_backward,
    dense_cost,
    dropout,
    flattening,
    fully_connected,
    norms,
    pool_backward,
    signal_through_depth,
    softmax,
)
from cnncourse.figures.linear_maps import (
    channel_sum,
    colour_kernel,
    im2col,
    shift_equivariance,
    toeplitz,
    wiring,
)
from cnncourse.figures.networks import budget, network_overview, pipeline
from cnncourse.figures.pixels import (
    array_layout,
    channel_mixer,
    pixel_microscope,
    point_operations,
    resolution,
    shift_and_shuffle,
    threshold,
)
from cnncourse.figures.signals import flip, impulse_response, noisy_sensor, sliding_sum
from cnncourse.figures.spatial import (
    output_size,
    padded_input,
    padding,
    pooled,
    pooling,
    receptive_field,
    stride,
    stride_selections,
    strided_windows,
)

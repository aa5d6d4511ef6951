"""What the hand does to pictures of layers and networks: by mouse, by finger, by keyboard alone."""

import pytest
from touching import WAYS, Handle

NAMES = (
    "receptive_field",
    "padding",
    "stride",
    "output_size",
    "sharing",
    "dropout",
    "blueprint",
    "timeline",
    "budget",
    "as_matrix",
    "channel_sum",
    "what_if",
    "which_network",
    "batch_norm",
)
HANDLES = [
    Handle("receptive_field", "place of layer 3", (0, 40), ("ArrowDown",),
           {"place of the layer": -1, "step": -1}),
    Handle("padding", "corner: padding", (30, 30), ("ArrowRight",), {"padding": 1}),
    Handle("padding", "corner: kernel", (-40, -40), ("ArrowLeft",), {"kernel": -1}),
    Handle("stride", "left end: padding", (-30, 0), ("ArrowLeft",), {"padding": 1}),
    Handle("stride", "second window: stride", (30, 0), ("ArrowRight",), {"stride": 1}),
    Handle("stride", "second pixel: dilation", (25, 0), ("ArrowRight",), {"dilation": 1}),
    Handle("output_size", "right end: padding", (25, 0), ("ArrowRight",), {"padding": 1}),
    Handle("output_size", "second window: stride", (25, 0), ("ArrowRight",), {"stride": 1}),
    Handle("output_size", "end of the window: kernel", (25, 0), ("ArrowRight",), {"kernel": 1}),
    Handle("blueprint", "step: parameters", (60, 0), ("ArrowRight",), {"step": 1}),
    Handle("budget", "layer: MACs", (50, 0), ("ArrowRight",), {"layer": 1}),
    Handle("as_matrix", "row of the matrix", (0, 34), ("ArrowDown",), {"window": 1}),
    Handle("channel_sum", "cell of the output", (0, 20), ("ArrowDown",), {"cell": 1}),
    Handle("batch_norm", "handle: shift", (-25, 0), ("ArrowLeft",), {"shift": -1}),
    Handle("batch_norm", "handle: gamma", (-40, 0), ("ArrowLeft",) * 2, {"γ": -1}),
]  # fmt: skip


def rest(explorers, name, before):
    """Set sliders back with the keys of a slider, so that each way begins at the same place."""
    for label, value in before.items():
        part = explorers.view(name).part("slider", label)
        part.focus()
        for _press in range(40):
            now = float(part.get_attribute("aria-valuenow"))
            if abs(now - value) < 1e-6:
                break
            explorers.page.page.keyboard.press("ArrowLeft" if now > value else "ArrowRight")
            explorers.page.page.wait_for_timeout(30)


@pytest.mark.parametrize("way", WAYS)
def test_each_handle_moves_its_controls(explorers, way):
    for handle in HANDLES:
        labels = list(handle.changes)
        values = explorers.sliders(handle.explorer, labels)
        explorers.move(handle, way)
        rest(explorers, handle.explorer, dict(zip(labels, values, strict=True)))


# What is clicked, and the sliders that move: their labels, and the sign of the change.
CHOICES = [
    ("receptive_field", "layer 1", {"step": -1}, {"step": 3}),
    ("sharing", "dense: output 2", {"output alone": 1}, {"output alone": 0}),
    ("dropout", "drop unit 1", {"your thinned net": -1}, {"your thinned net": 247}),
    ("dropout", "passes", {"drawn": 1}, {"drawn": 0}),
    ("which_network", "clue 2", {"clues": 1}, {"clues": 1}),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_click_sets_its_controls(explorers, way):
    for name, mark, changes, start in CHOICES:
        rest(explorers, name, start)
        explorers.moved(name, changes, lambda n=name, m=mark: explorers.choose(n, m, way))


@pytest.mark.parametrize("way", WAYS)
def test_layers_are_dropped_and_inserted(explorers, way):
    name, page = "receptive_field", explorers.page.page
    chips = explorers.view(name).locator.locator('svg [data-group="layers"]')
    many = chips.count()
    explorers.choose(name, "drop layer 2", way)
    explorers.mark(name, f"layer {many - 1}").wait_for(state="detached")
    inserted = explorers.view(name).locator.locator('svg [data-name="insert"]', has_text="conv 5×5")
    inserted.focus()
    page.keyboard.press("Enter")
    explorers.mark(name, f"layer {many - 1}").wait_for()
    assert explorers.no_complaint()


def test_solutions_collect_and_are_taken_again(explorers):
    name = "output_size"
    rest(explorers, name, {"kernel": 2, "stride": 2, "padding": 0, "dilation": 1})
    explorers.mark(name, "solution 1").wait_for()
    rest(explorers, name, {"kernel": 5})
    explorers.moved(name, {"kernel": -1}, lambda: explorers.choose(name, "solution 1", "mouse"))


@pytest.mark.parametrize(
    "way, network", list(zip(WAYS, ("AlexNet", "ResNet-50", "LeNet-5"), strict=True))
)
def test_a_dot_opens_the_card_of_its_network(explorers, way, network):
    dot = explorers.view("timeline").locator.locator(f'svg [data-name^="{network}:"]')
    name = dot.get_attribute("data-name")
    explorers.choose("timeline", name, way)
    explorers.wait_for_words("timeline", name.removesuffix("."))


SWAPS = list(zip(WAYS, ("after", "before", "after"), strict=True))


@pytest.mark.parametrize("way, now", SWAPS)
def test_two_designs_change_places(explorers, way, now):
    explorers.choose("what_if", "the two designs", way)
    explorers.wait_for_words("what_if", f"In the network now: {now}")


def test_a_riddle_is_solved_by_a_click_and_leads_to_the_next(explorers):
    from cnncourse.architectures.networks import NETWORKS
    from cnncourse.explorers.history import riddle_network

    view = explorers.view("which_network").locator
    rest(explorers, "which_network", {"riddle": 1})
    view.locator(
        'svg [data-name="guess"]', has_text=NETWORKS[riddle_network(1)].title
    ).first.click()
    view.get_by_text("✓ solved").wait_for()
    explorers.choose("which_network", "next riddle", "mouse")
    view.get_by_text("✓ solved").wait_for(state="detached")
    assert explorers.sliders("which_network", ["riddle", "clues"]) == [2, 1]

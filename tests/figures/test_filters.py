"""The figures of filters show the numbers that OpenCV, SciPy and plain trigonometry give."""

import base64
import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from drawn import marked
from scipy import ndimage

from cnncourse import figures, images, kernels
from cnncourse.figures import filters, svg

SVG = "{http://www.w3.org/2000/svg}"
NAMES = list(kernels.KERNELS)
STEP = [50] * 4 + [200] * 3


@pytest.fixture(scope="module")
def photo():
    return images.shrink(images.sample("grace_hopper", grey=True), 90)


def words(picture):
    """Every piece of text in a picture, in order."""
    return [node.text for node in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def pictures(picture):
    """The raster pictures inside a picture, as OpenCV decodes them."""
    found = re.findall(r'base64,([^"]+)"', str(picture))
    return [
        cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_UNCHANGED)
        for data in found
    ]


def numbers(sentence):
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+(?:\.\d+)?", sentence)]


def all_figures(photo):
    noisy = images.salt_pepper(photo, 0.1, np.random.default_rng(0))
    return [
        figures.kernel_lab(photo, kernels.box(5), name="box 5"),
        figures.kernel_lab(photo, kernels.KERNELS["emboss"].weights, view="clipped to 0–255"),
        figures.window_walk(
            np.arange(36.0).reshape(6, 6), kernels.KERNELS["sobel x"].weights, step=3
        ),
        figures.clipping(STEP, kernels.KERNELS["sharpen"].weights),
        figures.borders(np.ones((5, 5)), kernels.box(3)),
        figures.separable(np.array([1, 2, 1]), np.array([-1, 0, 1])),
        figures.kernel_cards(NAMES[:4]),
        figures.gaussian_blur(photo, 1.5),
        figures.edge_angle(30),
        figures.noise_filters(photo, noisy, {"median 3×3": images.median(noisy, 3)}),
        figures.frequency_gain(kernels.box(3), 4, 2),
        figures.kernel_guess(np.eye(5), kernels.box(3), kernels.box(3)),
    ]


def test_every_figure_is_xml_with_a_title_a_description_and_a_modest_width(photo):
    for picture in all_figures(photo):
        root = ElementTree.fromstring(str(picture))
        assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
        assert picture.width <= 960


def test_no_text_is_smaller_than_7_pixels_and_labels_are_at_least_12(photo):
    for picture in all_figures(photo):
        for node in ElementTree.fromstring(str(picture)).iter(f"{SVG}text"):
            is_a_number_in_a_cell = re.fullmatch(r"−?[\d.]+", node.text)
            assert float(node.get("font-size")) >= (7 if is_a_number_in_a_cell else 12), node.text


def test_equal_numbers_give_equal_pictures(photo):
    assert [str(a) for a in all_figures(photo)] == [str(b) for b in all_figures(photo)]


@pytest.mark.parametrize("name", NAMES)
def test_the_clipped_view_shows_the_bytes_that_opencv_stores(photo, name):
    weights = kernels.KERNELS[name].weights
    picture = figures.kernel_lab(photo, weights, view="clipped to 0–255")
    shown = pictures(picture)[1]
    expected = cv2.filter2D(photo, -1, weights)
    assert np.abs(shown.astype(int) - expected).max() <= 1  # halves may round either way


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("border", ["reflect", "zero", "edge"])
def test_the_lab_says_sum_mean_and_range_as_scipy_finds_them(photo, name, border):
    weights = kernels.KERNELS[name].weights
    mode = {"reflect": "mirror", "zero": "constant", "edge": "nearest"}[border]
    response = ndimage.correlate(photo.astype(float), weights, mode=mode)
    sentence = figures.kernel_lab(photo, weights, name="", padding_mode=border).description
    said = numbers(sentence.split("Mean")[1])
    assert said == pytest.approx(
        [photo.mean(), response.mean(), response.min(), response.max()], abs=0.06
    )
    total = round(weights.sum())
    assert f"sum {total}:" in sentence
    assert ("keep their brightness" in sentence) == (total == 1)
    assert ("become 0" in sentence) == (total == 0)


def test_the_signed_view_is_purple_below_orange_above_and_clear_at_zero(photo):
    weights = kernels.KERNELS["sobel x"].weights
    response = cv2.filter2D(photo, cv2.CV_32F, weights)
    bgr = pictures(figures.kernel_lab(photo, weights))[1].astype(int)
    limit = np.abs(response).max()
    clearly = np.abs(response) > limit / 20
    assert (bgr[..., 2] > bgr[..., 0])[clearly & (response > 0)].all()  # red over blue: orange
    assert (bgr[..., 0] > bgr[..., 2])[clearly & (response < 0)].all()
    assert (bgr[response == 0, 3] == 0).all()  # the paper is seen


def test_signed_colours_are_those_of_single_cells():
    values = np.linspace(-3, 3, 41)[None]
    shown = filters.signed_photo(values, 3)[0].astype(int)
    single = [[int(svg.signed_fill(v, 3)[i : i + 2], 16) for i in (1, 3, 5, 7)] for v in values[0]]
    assert np.abs(shown - single).max() <= 1


def test_an_image_without_any_response_is_drawn_clear():
    flat = np.full((5, 6), 120)
    picture = figures.kernel_lab(flat, kernels.KERNELS["outline"].weights)
    assert (pictures(picture)[1][..., 3] == 0).all()


def test_an_unknown_view_is_refused_with_the_ones_there_are(photo):
    with pytest.raises(ValueError, match="unknown view 'heat'.*signed"):
        figures.kernel_lab(photo, kernels.box(3), view="heat")


def test_kernels_of_ones_own_are_shown_like_the_named_ones():
    weights = kernels.KERNELS["sharpen"].weights
    own = figures.kernel_cards({"nothing yet": np.zeros((3, 3)), "mine": weights})
    assert words(own)[:11] == ["nothing yet", *["0"] * 9, "sum 0"]
    assert words(own)[11:] == ["mine", *words(figures.kernel_cards(["sharpen"]))[1:]]


@pytest.mark.parametrize("step", range(16))
def test_each_step_of_the_walk_adds_the_products_of_its_window(step):
    patch = np.random.default_rng(1).integers(0, 256, (6, 6)).astype(float)
    weights = kernels.KERNELS["emboss"].weights
    row, column = divmod(step, 4)
    products = patch[row : row + 3, column : column + 3] * weights
    picture = figures.window_walk(patch, weights, step=step)
    shown = svg.show_number(products.sum())
    assert f"output[{row}, {column}]." in picture.description
    assert picture.description.endswith(f"add up to {shown}.")
    drawn = words(picture)
    first = drawn.index("products") + 1
    assert drawn[-1] == f"= {shown}"
    assert drawn[first : first + 9] == [svg.show_number(p, 1) for p in products.ravel()]


def test_the_walk_refuses_a_step_after_the_last():
    with pytest.raises(ValueError, match="no step 16: the output has 16 cells"):
        figures.window_walk(np.ones((6, 6)), kernels.box(3), step=16)


@pytest.mark.parametrize(
    ("name", "true", "stored"),
    [
        ("sharpen", [50, 50, 50, -100, 350, 200, 200], [50, 50, 50, 0, 255, 200, 200]),
        ("outline", [0, 0, 0, -450, 450, 0, 0], [0, 0, 0, 0, 255, 0, 0]),
    ],
)
def test_clipping_shows_the_float_response_and_the_stored_bytes(name, true, stored):
    picture = figures.clipping(STEP, kernels.KERNELS[name].weights)
    shown = [svg.show_number(v) for v in (*STEP, *true, *stored)]
    assert [w for w in words(picture) if w not in ("input", "float", "uint8")] == shown
    low, high = svg.show_number(min(true)), max(true)
    assert picture.description == f"Stored as bytes, {low} becomes 0 and {high} becomes 255."


def test_clipping_says_when_nothing_is_lost():
    assert figures.clipping([50, 60, 70], kernels.KERNELS["identity"].weights).description == (
        "Bytes keep every value."
    )


def test_zero_borders_darken_a_flat_image_and_the_others_do_not():
    picture = figures.borders(np.ones((5, 5)), kernels.box(3))
    assert picture.description == (
        "Top left value with each border rule: zero 0.44, reflect 1, edge 1, wrap 1."
    )
    assert words(picture).count("0.44") == 4  # corners
    assert words(picture).count("0.67") == 4 * 3  # sides


def test_a_column_and_a_row_make_the_kernel():
    picture = figures.separable(np.array([1, 2, 1]), np.array([-1, 0, 1]))
    assert words(picture)[-9:] == ["−1", "0", "1", "−2", "0", "2", "−1", "0", "1"]
    assert picture.description.startswith("6 weights")


@pytest.mark.parametrize(
    "name, parts, first", [("box 3", 9, "1"), ("gaussian 3", 16, "1"), ("box 5", 1, "0.04")]
)
def test_cards_show_numbers_that_add_up_to_the_sum_they_state(name, parts, first):
    shown = words(figures.kernel_cards([name]))
    assert shown[1] == first and (f"× 1/{parts}, sum 1" in shown) == (parts > 1)


def test_cards_carry_the_sums_of_the_weights():
    picture = figures.kernel_cards(NAMES)
    for name in NAMES:
        assert f"{name}: {round(kernels.KERNELS[name].weights.sum())}" in picture.description


@pytest.mark.parametrize("sigma", [0.3, 1.0, 1.5, 2.7, 5.0])
def test_the_blur_is_that_of_opencv_and_its_cost_is_counted(photo, sigma):
    picture = figures.gaussian_blur(photo, sigma)
    k = 2 * int(np.ceil(3 * sigma)) + 1
    expected = cv2.GaussianBlur(
        photo.astype(np.float32), (k, k), sigma, borderType=cv2.BORDER_REPLICATE
    )
    assert np.abs(pictures(picture)[0] - expected).max() <= 0.6  # shown rounded to bytes
    assert f"{k * k} multiplications" in picture.description
    assert f"{2 * k} as a column and a row" in picture.description
    assert words(picture)[-3::2] == [str(k * k), str(2 * k)]


@pytest.mark.parametrize("operator", ["sobel", "prewitt"])
@pytest.mark.parametrize("angle", range(0, 181, 9))
def test_the_angle_of_a_soft_edge_is_recovered(operator, angle):
    picture = figures.edge_angle(angle, operator=operator, softness=3.0)
    gradient, recovered = said_angles(picture.description)
    assert abs((recovered - angle + 180) % 360 - 180) <= 0.2
    assert (gradient - recovered) % 360 == pytest.approx(90)


def said_angles(sentence):
    """Where the gradient points and how the bar lies, in degrees."""
    said = re.search(r"points to ([\d.]+)°, .* lie at ([\d.]+)°", sentence)
    return [float(number) for number in said.groups()]


@pytest.mark.parametrize("angle", [0, 30, 90, 135, 180])
def test_the_answers_at_the_middle_pixel_are_those_of_opencv(angle):
    pixels = images.bar(angle)
    gx = cv2.Sobel(pixels, cv2.CV_64F, 1, 0)[32, 32]
    gy = cv2.Sobel(pixels, cv2.CV_64F, 0, 1)[32, 32]
    sentence = figures.edge_angle(angle).description
    said = re.search(r"x gives (.+?), sobel y (.+?); the magnitude is (.+?)\.", sentence)
    expected = [gx, gy, np.hypot(gx, gy)]
    assert [float(n.replace("−", "-")) for n in said.groups()] == pytest.approx(expected, abs=0.51)
    assert ("Kernel x is blind" in sentence) == (abs(gx) < 1e-6)
    assert ("Kernel y is blind" in sentence) == (abs(gy) < 1e-6)


@pytest.mark.slow
def test_a_sharp_edge_misleads_prewitt_more_than_sobel():
    def worst(operator):
        errors = []
        for angle in range(0, 181, 2):
            sentence = figures.edge_angle(angle, operator=operator, softness=0.2).description
            _, recovered = said_angles(sentence)
            errors.append(abs((recovered - angle + 180) % 360 - 180))
        return max(errors)

    assert 1 < worst("sobel") < worst("prewitt") < 10


def test_an_unknown_operator_is_refused():
    with pytest.raises(ValueError, match="unknown operator 'canny'.*sobel"):
        figures.edge_angle(0, operator="canny")


def test_errors_against_the_clean_picture_are_root_mean_squares(photo):
    noisy = images.to_uint8(photo.astype(float) + 10)
    off_by_three = photo.astype(float) - 3
    picture = figures.noise_filters(photo, noisy, {"three less": off_by_three})
    expected = np.sqrt(np.mean((noisy.astype(float) - photo) ** 2))
    assert f"noisy {expected:.1f}, three less 3.0." in picture.description
    assert picture.description.endswith("Closest to the clean picture: three less.")


@pytest.mark.parametrize(("across", "down"), [(0, 0), (16, 0), (0, 16), (16, 16), (5, 3), (11, 0)])
def test_the_gain_is_what_the_weights_do_to_a_wave(across, down):
    for name in NAMES:
        weights = kernels.KERNELS[name].weights
        half = len(weights) // 2
        v, u = np.mgrid[-half : half + 1, -half : half + 1]
        gain = np.sum(weights * np.exp(2j * np.pi * (across * u + down * v) / 32))
        turned = np.array_equal(weights, weights[::-1, ::-1])
        gain = gain.real if turned else abs(gain)
        sentence = figures.frequency_gain(weights, across, down, name=name).description
        said = numbers(sentence.split("the gain is")[1])[0]
        assert said == pytest.approx(gain, abs=0.0051), name


@pytest.mark.parametrize(
    ("name", "across", "fate"),
    [
        ("box 3", 4, "weakened"),
        ("box 3", 16, "weakened and inverted"),  # like the −0.33 of the fastest stripes
        ("identity", 5, "kept"),
        ("sharpen", 16, "strengthened"),
        ("laplacian 4", 1, "weakened and inverted"),
        ("sobel x", 4, "strengthened and moved"),
        ("sobel x", 16, "removed"),
    ],
)
def test_the_sentence_tells_stripes_that_come_out_inverted_or_moved(name, across, fate):
    weights = kernels.KERNELS[name].weights
    sentence = figures.frequency_gain(weights, across, 0, name=name).description
    assert f"this pattern is {fate}. " in sentence
    assert f", {across} {'wave' if across == 1 else 'waves'} across" in sentence


def test_stripes_faster_than_the_pixels_are_refused():
    with pytest.raises(ValueError, match="17 and 0 waves"):
        figures.frequency_gain(kernels.box(3), 17, 0)


def test_a_guess_is_judged_on_its_output_and_on_its_weights():
    hidden = np.array([[0, 1, 0], [2, -1, 0], [0, 0, 1.0]])
    turned = hidden[::-1, ::-1]
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    right = figures.kernel_guess(impulse, hidden, hidden).description
    assert right.endswith("your kernel is the hidden one.")
    differ = np.count_nonzero(hidden != turned)
    wrong = figures.kernel_guess(impulse, hidden, turned).description
    assert wrong.startswith(f"{differ} of 9 output cells differ")
    dark = figures.kernel_guess(np.zeros((5, 5)), hidden, turned).description
    assert "cannot tell them apart" in dark


# What touching them means ------------------------------------------------------------------------


def reached(move):
    """The values that a control takes at both ends of a move."""
    return [round(move["value"] + move["step"] * move[end], 9) for end in ("least", "most")]


@pytest.mark.parametrize("padding", [0, 1])
def test_the_window_reaches_every_step_of_the_walk_and_no_other(padding):
    side = 4 + 2 * padding
    for step in range(side * side):
        picture = figures.window_walk(np.eye(6), kernels.box(3), padding=padding, step=step)
        row, column = divmod(step, side)
        across, down = marked(picture, "drag")["window"]["moves"]
        assert reached(across) == [row * side, row * side + side - 1]
        assert reached(down) == [column, column + side * (side - 1)]
        assert across["along"][0] == down["along"][1] == pytest.approx(384 / (6 + 2 * padding))
        steps = [values["step"] for values in marked(picture, "set").values()]
        assert steps == list(range(side * side))


def test_each_weight_of_the_walk_is_changed_in_its_place():
    weights = kernels.KERNELS["emboss"].weights
    edits = marked(figures.window_walk(np.eye(6), weights), "edit").values()
    assert [edit["value"] for edit in edits] == weights.ravel().tolist()
    assert [tuple(edit["place"]) for edit in edits] == list(np.ndindex(3, 3))


@pytest.mark.parametrize("angle", [0, 30, 90, 135, 180])
def test_the_bar_is_turned_by_both_ends_of_the_side_that_is_measured(angle):
    drags = marked(figures.edge_angle(angle), "drag")
    turn = np.deg2rad(angle)
    for name, way in (("end of the bar", 1), ("other end of the bar", -1)):
        (move,) = drags[name]["moves"]
        assert reached(move) == [0, 180]
        right, down = move["arm"]
        assert np.allclose([right, down], 172 * way * np.array([np.cos(turn), np.sin(turn)]), 0.001)
        ahead = np.array(move["along"])  # one degree on, along the circle
        assert np.hypot(*ahead) == pytest.approx(172 * np.deg2rad(1), abs=0.01)
        assert right * ahead[1] - down * ahead[0] > 0  # clockwise, as angles count here
    (move,) = drags["angle in the curves"]["moves"]
    assert reached(move) == [0, 180]


def test_the_point_in_the_map_moves_over_all_frequencies_a_cell_at_a_time():
    drags = marked(figures.frequency_gain(kernels.box(3), 4, 2), "drag")
    across, down = drags["point in the map"]["moves"]
    assert reached(across) == reached(down) == [0, 16]
    cell = across["along"][0]
    assert across["along"] == [cell, 0] and down["along"] == [0, cell]
    x, y = drags["point in the map"]["at"]
    assert (x - y) / cell == pytest.approx(2 + (26 - 0.5) / cell, abs=0.01)  # 4 − 2 cells, axis
    (move,) = drags["point on the curve"]["moves"]
    assert (move["control"], *reached(move)) == ("across", 0, 16)


@pytest.mark.parametrize("wipe", [0, 25, 100])
def test_at_the_left_of_the_line_the_photograph_is_as_it_was(photo, wipe):
    picture = figures.gaussian_blur(photo, 2.0, wipe=wipe)
    blurred, shown = pictures(figures.gaussian_blur(photo, 2.0))[0], pictures(picture)[0]
    line = round(wipe / 100 * photo.shape[1])
    np.testing.assert_array_equal(shown[:, :line], photo[:, :line])
    np.testing.assert_array_equal(shown[:, line:], blurred[:, line:])
    drags = marked(picture, "drag")
    (move,) = drags["line between before and after"]["moves"]
    assert reached(move) == [0, 100]
    (move,) = drags["width of the bell"]["moves"]
    assert reached(move) == [0.3, 5]


def test_below_each_picture_are_its_pixels_under_the_lens(photo):
    results = {"inverted": 255.0 - photo}
    picture = figures.noise_filters(photo, photo, results, place=(20, 30))
    expected = photo[20:29, 30:48]
    shown = pictures(picture)
    for under in shown[1], shown[3]:
        np.testing.assert_array_equal(under, expected)
    np.testing.assert_array_equal(shown[5], 255 - expected)
    for drag in marked(picture, "drag").values():
        across, down = drag["moves"]
        assert drag["hover"]
        assert reached(across) == [0, photo.shape[1] - 18]
        assert reached(down) == [0, photo.shape[0] - 9]


def test_a_picture_smaller_than_the_lens_is_seen_whole():
    small = np.arange(35, dtype=np.uint8).reshape(5, 7)
    under = pictures(figures.noise_filters(small, small, {"same": small}, place=(3, 3)))[1]
    np.testing.assert_array_equal(under, small)

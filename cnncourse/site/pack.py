"""The states of an explorer, drawn ahead: up to 400 of them, so that a page answers without Python.

One rule chooses them for all explorers. The first steps of each control come first, then the other
values of each control, then two and three controls together, in each group what is near before what
is far. Where not all fit, two thirds of the room are for controls that are moved alone, and of the
others those that cost few bytes go before those that cost many.

A pack holds a table of SVG elements; each picture is a list of runs that are copied from the first
picture and of elements that are new. Where to go from a state is found by the values of the simple
controls (sliders, lists, boxes to tick), as long as the order of moves does not matter. Where it
does, because a control moves others, the pack says where each such move leads.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import ipywidgets as widgets
import numpy as np

from cnncourse.figures.svg import Svg
from cnncourse.site import catalogue
from cnncourse.site.rasters import Rasters
from cnncourse.site.tree import SENTENCE, VIEW, Change, Tree, dumps, kind_of
from cnncourse.widgets.explorer import Explorer

MOST_STATES = 400
MOST_BYTES = 120_000  # of all pictures that a page loads at first, gzipped
CHEAP = 1_200  # bytes: a hundred such states fit
MOST_PHOTOS = 1_500_000  # bytes of photographs beside them
MOST_VALUES = 26  # of a slider: until Python is there a longer one snaps to so many of its values
SIMPLE = {"range": "value", "select": "index", "radio": "index", "check": "value"}

ELEMENT = re.compile(r"<[^<]*")

Value = int | float | bool
Moves = Sequence[tuple[str, Value]]
Key = str
State = tuple[str, str, list[Change]]  # a picture, its sentence, what else changes


class Recorder:
    """An explorer that is moved as a hand would move it; it draws only when it is asked to.

    Parameters
    ----------
    name : str

    Attributes
    ----------
    values : dict of str to list
        What each simple control can be set to, by its id.
    first : dict of str to number or bool
        Where they stand at the beginning.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._open()

    def _open(self) -> None:
        self.explorer: Explorer = catalogue.maker(self.name)()
        self.tree = Tree(self.explorer)
        self.traits: dict[str, str] = {}
        self.values: dict[str, list[Value]] = {}
        for id, part in self.tree.parts.items():
            kind = kind_of(part)
            if kind in SIMPLE and part.description:
                self.traits[id], self.values[id] = SIMPLE[kind], values_of(part)
        self.first, self._rest = self.now(), self.rest()
        self._draw, self.explorer.draw = self.explorer.draw, _nothing

    def now(self) -> dict[str, Value]:
        """Return where the simple controls stand."""
        return {id: getattr(self.tree.parts[id], trait) for id, trait in self.traits.items()}

    def rest(self) -> str:
        """Return the values of all other controls in a word."""
        others = {
            name: _word(control.value)
            for name, control in self.explorer.controls.items()
            if name not in self.traits
        }
        return hashlib.sha256(repr(others).encode()).hexdigest()[:6]

    def state(self) -> dict[str, Any]:
        """Return where the simple controls stand, and under "#" the others if they are new."""
        return {**self.now(), **({} if self.rest() == self._rest else {"#": self.rest()})}

    def key(self) -> Key:
        """Return the state as the page spells it."""
        return spelled(self.state(), self.first)

    def move(self, moves: Moves) -> None:
        """Move controls one after the other.

        Parameters
        ----------
        moves : sequence of (id, value)
        """
        for id, value in moves:
            self.tree.put(id, self.traits[id], value)

    def begin(self) -> None:
        """Go back to the first state, by the controls themselves: a new explorer costs more."""
        for _ in range(3):  # one control may hold another back
            self.move(list(self.first.items()))
            if not self.key():
                self.tree.changes()
                return
        self._open()  # it remembers what was found

    def draw(self) -> tuple[str, str]:
        """Return the picture and the sentence of the present state."""
        explorer = self.explorer
        explorer.draw, explorer._drawn = self._draw, None
        explorer._redraw()
        explorer.draw = _nothing
        return explorer.view.value, explorer.sentence if explorer.possible else ""


def _word(value: object) -> object:
    """What tells one value from another: a photograph by its name, an array by its bytes."""
    value = getattr(value, "name", value)
    return value.tobytes() if isinstance(value, np.ndarray) else value


def _nothing(**_values: object) -> Svg:
    return Svg("", 1, 1, "")


def values_of(part: widgets.Widget) -> list[Value]:
    """Return what a simple control can be set to: of a long slider a few values, evenly spaced."""
    kind = kind_of(part)
    if kind == "check":
        return [False, True]
    if kind != "range":
        return list(range(len(part.options)))
    count = round((part.max - part.min) / part.step)
    few = sorted({round(n * count / (MOST_VALUES - 1)) for n in range(MOST_VALUES)})
    places = range(count + 1) if count < MOST_VALUES else few
    values = {round(part.min + n * part.step, 9) for n in places}
    beside = {round(part.value + n * part.step, 9) for n in (-1, 0, 1)}  # a step of an arrow key
    values |= {value for value in beside if part.min <= value <= part.max}
    return sorted(values | ({0} if part.min < 0 < part.max else set()))


def spelled(state: dict[str, Any], first: dict[str, Value]) -> Key:
    """Return a state as text: ``kernel=5;flip=1``, in the order of the controls.

    Parameters
    ----------
    state : dict
        A value for each simple control, and under "#" what the others hold if that is new.
    first : dict
        The values at the beginning.
    """
    return ";".join(
        f"{id}={value if id == '#' else format(float(value), 'g')}"
        for id, value in state.items()
        if id == "#" or value != first[id]
    )


def first_steps(recorder: Recorder) -> list[Moves]:
    """Return each control's steps from where it stands: one up, one down."""
    away = _away(recorder)
    return [[(id, value)] for id, some in away.items() for far, value in some if far == 1]


def plans(recorder: Recorder) -> Iterator[Moves]:
    """Yield the moves to draw: the first steps, each control alone, two and three together.

    In each group what is near comes first: few values away from the beginning, of controls that
    stand high in the list.

    Parameters
    ----------
    recorder : Recorder
    """
    away = _away(recorder)
    yield []
    yield from first_steps(recorder)
    alone = [(far, [(id, value)]) for id, some in away.items() for far, value in some if far > 1]
    together: list[tuple[int, Moves]] = []
    for count, among in ((2, len(away)), (3, 4)):  # three of the first four
        for places in itertools.combinations(range(min(among, len(away))), count):
            names = [list(away)[place] for place in places]
            for several in itertools.product(*(away[name] for name in names)):
                far = sum(places) + sum(steps for steps, _ in several)
                values = [value for _, value in several]
                together.append((far, list(zip(names, values, strict=True))))
    for group in (alone, together):
        yield from (moves for _, moves in sorted(group, key=lambda one: one[0]))


def _away(recorder: Recorder) -> dict[str, list[tuple[int, Value]]]:
    """The values of each control but the first one: how many values away, and the value."""
    places = {id: values.index(recorder.first[id]) for id, values in recorder.values.items()}
    return {
        id: [(abs(n - places[id]), value) for n, value in enumerate(values) if n != places[id]]
        for id, values in recorder.values.items()
    }


def pack(name: str, rasters: Rasters) -> dict[str, Any]:
    """Return the pack of an explorer, ready for JSON.

    Parameters
    ----------
    name : str
    rasters : Rasters
        Takes the photographs.
    """
    recorder = Recorder(name)
    first_shape = dict(_nodes(recorder.tree.shape))
    states, asked = drawn(recorder, rasters)
    sure = {asked[_wish(recorder, moves)] for moves in first_steps(recorder)}
    room = MOST_BYTES - carried(states[""][0], rasters)
    alone = {key for wish, key in asked.items() if ";" not in wish}
    states = fitting(states, {"", *sure}, alone, room)
    numbers = {key: number for number, key in enumerate(states)}
    edges = order_matters(recorder, numbers, asked)
    return {
        "first": {id: float(value) for id, value in recorder.first.items()},
        "snap": {id: values for id, values in recorder.values.items() if _snaps(recorder, id)},
        "keys": list(states),
        "asked": {
            wish: numbers[key]
            for wish, key in asked.items()
            if key in numbers and wish not in numbers
        },
        "causes": sorted({_mover(move) for move in edges}),
        "edges": {move: numbers[key] for move, key in edges.items() if key in numbers},
        "base": _base([rest for _, _, rest in states.values()], first_shape),
        **coded(list(states.values())),
    }


def drawn(recorder: Recorder, rasters: Rasters) -> tuple[dict[Key, State], dict[Key, Key]]:
    """Draw states; return them by their key, and where each wish has led.

    Parameters
    ----------
    recorder : Recorder
    rasters : Rasters
    """
    states: dict[Key, State] = {}
    asked: dict[Key, Key] = {}
    enough = 1 + len(first_steps(recorder))
    for number, moves in enumerate(plans(recorder)):
        full = len(states) >= MOST_STATES or rasters.size > MOST_PHOTOS
        if full and number >= enough:
            break
        wish = _wish(recorder, moves)
        if wish in asked:
            continue
        recorder.begin()
        recorder.move(moves)
        key = asked[wish] = recorder.key()
        if key not in states:
            changes = recorder.tree.changes()
            rest = [change for change in changes if change[0] not in (VIEW, SENTENCE)]
            picture, sentence = recorder.draw()
            states[key] = (rasters.outside(picture, "../"), sentence, rest)
    return states, asked


def _wish(recorder: Recorder, moves: Moves) -> Key:
    return spelled({**recorder.first, **dict(moves)}, recorder.first)


def carried(picture: str, rasters: Rasters) -> int:
    """Return the bytes of the first picture, which the page itself brings too.

    Parameters
    ----------
    picture : str
    rasters : Rasters
        With its photographs.
    """
    photos = (len(file) for path, file in rasters.files.items() if path in picture)
    return len(zlib.compress(picture.encode(), 9)) + sum(photos)


def fitting(
    states: Mapping[Key, State], sure: Container[Key], alone: Container[Key], room: int
) -> dict[Key, State]:
    """Return the states that there is room for.

    Sure ones come first, then those of one control in two thirds of the room, then cheap ones,
    then others.

    Parameters
    ----------
    states : mapping of str to (picture, sentence, changes)
    sure : container of str
        Those that are taken in any case.
    alone : container of str
        Those that a single control leads to.
    room : int
        In bytes, gzipped.
    """
    taken: dict[Key, State] = {}
    known: set[str] = set()
    rows = dict(zip(states, coded(list(states.values()))["states"], strict=True))
    zipped, left = zlib.compressobj(9), room
    passes = ((sure, room, 0), (alone, room, room // 3), (states, CHEAP, 0), (states, room, 0))
    for some, most, keep in passes:
        for key, state in states.items():
            if key in taken or key not in some:
                continue
            fresh = [element for element in ELEMENT.findall(state[0]) if element not in known]
            trial, text = zipped.copy(), "".join(fresh) + dumps(rows[key])
            price = len(trial.compress(text.encode())) + len(trial.flush(zlib.Z_SYNC_FLUSH))
            if key in sure or price <= min(most, left - keep):
                taken[key], zipped, left = state, trial, left - price
                known.update(fresh)
    return taken


def order_matters(
    recorder: Recorder, states: Container[Key], asked: Mapping[Key, Key]
) -> dict[str, Key]:
    """Return where moves lead of those controls whose moves depend on what was moved before.

    A control is one of them if somewhere setting it leads elsewhere than its new value says.

    Parameters
    ----------
    recorder : Recorder
    states : container of str
        Those that are drawn.
    asked : mapping
        Where setting the controls in their order leads.
    """

    def wrong(wish: Key, truth: Key) -> bool:
        said = wish if wish in states else asked.get(wish)
        return truth in states if said is None else said != truth

    some = {id: _ends(values) for id, values in recorder.values.items()}
    causes = {
        id
        for moves in _at_most_one(some)
        for id, values in some.items()
        for value in values
        if (id, value) not in moves and wrong(*_led(recorder, moves, id, value)[1:])
    }
    edges = {}
    for moves in _at_most_one(recorder.values):
        for id in causes:
            for value in recorder.values[id]:
                if (id, value) in moves:
                    continue
                before, _, after = _led(recorder, moves, id, value)
                edges[f"{before}>{id}={float(value):g}"] = after
    return edges


def _led(recorder: Recorder, moves: Moves, id: str, value: Value) -> tuple[Key, Key, Key]:
    """Where some moves lead, what the page would then call the next, and where that leads."""
    recorder.begin()
    recorder.move(moves)
    before, state = recorder.key(), recorder.state()
    recorder.move([(id, value)])
    return before, spelled({**state, id: value}, recorder.first), recorder.key()


def _at_most_one(values: Mapping[str, Sequence[Value]]) -> Iterator[Moves]:
    yield []
    for id, several in values.items():
        yield from ([(id, value)] for value in several)


def _ends(values: Sequence[Value]) -> list[Value]:
    """The first, the last, and two between."""
    return sorted({values[round(n * (len(values) - 1) / 3)] for n in range(4)})


def _mover(move: str) -> str:
    return move.rpartition(">")[2].partition("=")[0]


def _snaps(recorder: Recorder, id: str) -> bool:
    part = recorder.tree.parts[id]
    return kind_of(part) == "range" and len(recorder.values[id]) < 1 + round(
        (part.max - part.min) / part.step
    )


def _nodes(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield node["id"], node
    for child in node.get("children", []):
        yield from _nodes(child)


def _base(rests: Sequence[list[Change]], shape: Mapping[str, dict[str, Any]]) -> list[Change]:
    """What was at first where a state changes something: other states go back to it."""
    touched = {(id, trait): None for rest in rests for id, trait, _ in rest if id in shape}
    return [[id, trait, shape[id].get(trait)] for id, trait in touched]


# Pictures as lists of elements --------------------------------------------------------------------


def coded(states: Sequence[State]) -> dict[str, Any]:
    """Return states as runs of elements: "c12,30" copies 30 of the first picture from the 12th on.

    Parameters
    ----------
    states : sequence of (picture, sentence, changes)

    Returns
    -------
    dict
        ``elements``, a table of text; ``ref``, the first picture as numbers of elements;
        ``states``, a list of [runs, sentence, changes].
    """
    table: dict[str, int] = {}

    def numbers(markup: str) -> list[int]:
        return [table.setdefault(element, len(table)) for element in ELEMENT.findall(markup)]

    reference = numbers(states[0][0])
    rows = [[_runs(reference, numbers(view)), words, rest] for view, words, rest in states]
    return {"elements": list(table), "ref": _spans(reference), "states": rows}


def _runs(reference: Sequence[int], picture: Sequence[int]) -> str:
    words = []
    for kind, a, b, c, d in SequenceMatcher(None, reference, picture, False).get_opcodes():
        if kind == "equal":
            words.append(f"c{a},{b - a}")
        elif d > c:
            words.append("n" + _spans(picture[c:d]))
    return " ".join(words)


def _spans(numbers: Sequence[int]) -> str:
    """5, 6, 7, 9 → "5-7,9": elements that are new come in a row."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{a}-{b}" if b > a else f"{a}" for a, b in spans)


def picture(pack: Mapping[str, Any], number: int) -> str:
    """Return the picture of a state, as the page puts it together.

    Parameters
    ----------
    pack : mapping
    number : int
        Of the state.
    """
    elements, reference = pack["elements"], _numbers(pack["ref"])
    found: list[int] = []
    for word in pack["states"][number][0].split(" "):
        if word[:1] == "c":
            start, count = map(int, word[1:].split(","))
            found += reference[start : start + count]
        elif word:
            found += _numbers(word[1:])
    return "".join(elements[place] for place in found)


def _numbers(spans: str) -> list[int]:
    ends = [span.split("-") for span in spans.split(",")]
    return [number for span in ends for number in range(int(span[0]), int(span[-1]) + 1)]

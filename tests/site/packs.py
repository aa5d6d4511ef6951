"""A pack as the page uses it, in Python: which state a move leads to. The tests walk with it."""

from cnncourse.site.pack import Recorder, first_steps, spelled
from cnncourse.site.rasters import Rasters


class Walker:
    """Goes from state to state of a pack as live.js does."""

    def __init__(self, pack):
        self.pack, self.keys = pack, {key: n for n, key in enumerate(pack["keys"])}
        self.number = 0

    @property
    def here(self):
        words = [word.split("=") for word in self.pack["keys"][self.number].split(";") if word]
        return {**self.pack["first"], **{i: v if i == "#" else float(v) for i, v in words}}

    def move(self, id, value):
        """Go where a move leads; return whether the pack knows."""
        if float(value) == self.here[id]:
            return True
        if id in self.pack["causes"]:
            key = f"{self.pack['keys'][self.number]}>{id}={float(value):g}"
            number = self.pack["edges"].get(key)
        else:
            wish = spelled({**self.here, id: value}, self.pack["first"])
            number = self.keys.get(wish, self.pack["asked"].get(wish))
        if number is not None:
            self.number = number
        return number is not None


class Explorer(Recorder):
    """An explorer that is moved and drawn, with its photographs as the pack has them."""

    def __init__(self, name):
        super().__init__(name)
        self.rasters = Rasters()

    def shown(self):
        picture, sentence = self.draw()
        return self.rasters.outside(picture, "../"), sentence


def missing_steps(name, pack):
    """Return the first steps of an explorer's controls that a pack does not know."""
    missing = []
    for [(id, value)] in first_steps(Recorder(name)):
        if not Walker(pack).move(id, value):
            missing.append((id, value))
    return missing


def in_reach(part, value):
    """Return whether a hand can set a control to a value: limits and steps may have changed."""
    if not hasattr(part, "step"):
        return True
    steps = (value - part.min) / part.step
    return value <= part.max and abs(steps - round(steps)) < 1e-6


def random_walk(name, pack, rng, moves):
    """Walk at random through explorer and pack; return (agreed, missed, differing states)."""
    from cnncourse.site import pack as module

    truth, walker = Explorer(name), Walker(pack)
    agreed, missed, wrong = 0, 0, []
    for _ in range(moves if truth.values else 0):  # an explorer may hold nothing but matrices
        id = str(rng.choice(list(truth.values)))
        value = truth.values[id][rng.integers(len(truth.values[id]))]
        if not in_reach(truth.tree.parts[id], value):
            continue
        truth.move([(id, value)])
        if not walker.move(id, value):
            missed += 1
            truth.begin()
            walker.number = 0
        elif (
            module.picture(pack, walker.number),
            pack["states"][walker.number][1],
        ) == truth.shown():
            agreed += 1
        else:
            wrong.append((id, value, pack["keys"][walker.number]))
    return agreed, missed, wrong

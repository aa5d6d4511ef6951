"""Explorers driven as a hand would: controls set by name, and to their ends."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations, product


def put(explorer, **values):
    """Set controls by name, in this order, and return the explorer."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer


def ends(control):
    """Return the settings of a control worth trying: both ends and now, or all options."""
    if hasattr(control, "min"):
        return [control.min, control.value, control.max]
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    return [True, False] if isinstance(control.value, bool) else [control.value]


def pairs_of_ends(explorer):
    """Set each pair of controls to its ends, or a lone control, and yield after every setting."""
    start = explorer.values
    for pair in list(combinations(explorer.controls, 2)) or [tuple(explorer.controls)]:
        for values in product(*(ends(explorer.controls[name]) for name in pair)):
            yield put(explorer, **dict(zip(pair, values, strict=True)))
        put(explorer, **start)


def settings(explorer):
    """Return settings that together hold every pair of ends of two controls, few of them."""
    choices = {name: ends(control) for name, control in explorer.controls.items()}
    choices = {name: values for name, values in choices.items() if len(values) > 1}
    missing = {
        ((one, i), (other, j))
        for one, other in combinations(sorted(choices), 2)
        for i, j in product(range(len(choices[one])), range(len(choices[other])))
    }
    chosen = [] if missing else [{name: i} for name in choices for i in range(len(choices[name]))]
    while missing:
        setting = dict(min(missing))
        for name in sorted(choices.keys() - setting.keys()):
            new = [
                missing & set(combinations(sorted({**setting, name: i}.items()), 2))
                for i in range(len(choices[name]))
            ]
            setting[name] = max(range(len(new)), key=[len(pairs) for pairs in new].__getitem__)
        missing -= set(combinations(sorted(setting.items()), 2))
        chosen.append(setting)
    return [{name: choices[name][i] for name, i in setting.items()} for setting in chosen]


def assert_its_ends_are_drawn_or_refused(explorer):
    """Try each pair of controls at its ends: a picture comes of it, or a reason with a remedy."""
    for moved in pairs_of_ends(explorer):
        if moved.possible:
            assert ET.fromstring(moved.view.value).find("{*}title").text
            assert not re.search(r"\b(nan|inf)\b", moved.view.value)
        else:
            assert re.search("choose|try|use", moved.sentence)

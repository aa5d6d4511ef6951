"""A trained network in a file: its weights, and the digits that it has learnt from.

    save("digits.pt", model, memory)
    memory = load("digits.pt", into=models.build("small"))

As always in PyTorch the file holds numbers, not the code of the network: whoever loads them builds
the same network first.
"""

from __future__ import annotations

import io
from pathlib import Path

import torch
from torch import nn

from cnncourse.files import write_marked
from cnncourse.handwriting.neighbours import NearestNeighbours

MARK = "cnncourse.lab"  # stands in every checkpoint


def save(path: str | Path, model: nn.Module, memory: NearestNeighbours | None = None) -> None:
    """Write a network's weights to a file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    model : nn.Module
    memory : NearestNeighbours, optional
        Digits that it was trained on, to keep with it.

    Raises
    ------
    ValueError
        If a file of that name is there which is no checkpoint.
    OSError
        If the file cannot be written, as on a full disk; an older file of that name is kept.
    """
    saved: dict[str, object] = {"made by": MARK, "weights": model.state_dict()}
    if memory is not None:
        images, labels = (torch.from_numpy(values) for values in (memory.images, memory.labels))
        saved["memory"] = {"images": images, "labels": labels, "limit": memory.limit}
    contents = io.BytesIO()
    torch.save(saved, contents)
    try:
        write_marked(Path(path), contents.getvalue(), MARK.encode())
    except OSError as error:
        reason = (
            f"{path} could not be written ({error.strerror}): free some space, or save elsewhere"
        )
        raise OSError(error.errno, reason) from error


def load(path: str | Path, into: nn.Module) -> NearestNeighbours | None:
    """Put saved weights into a network, ready to predict; return the digits kept with them.

    Parameters
    ----------
    path : str or Path
    into : nn.Module
        Of the same layers as the network that was saved.

    Returns
    -------
    NearestNeighbours or None

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, was not written by :func:`save`, or holds another network.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}: train a network and save it first")
    try:
        # weights only: a file of another kind could run any program while it is being loaded
        saved = torch.load(path, map_location="cpu", weights_only=True)
        weights, memory = saved["weights"], saved.get("memory")
    except Exception as error:  # a damaged file can make the unpickler raise anything
        raise ValueError(
            f"{path} is no checkpoint of the lab, or damaged: save it again"
        ) from error
    try:
        into.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(
            f"{path} holds the weights of another network than `into`: build the one that was "
            "saved, or train this one and save it"
        ) from error
    into.eval()
    if memory is None:
        return None
    images, labels = memory["images"].numpy(), memory["labels"].numpy()
    return NearestNeighbours(images, labels, memory["limit"])

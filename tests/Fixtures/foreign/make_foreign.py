#!/usr/bin/env python3
"""Writes state dictionaries of narrow VGG networks that name their tensors like other programs, and the logits of the networks.

    python3 tests/Fixtures/foreign/make_foreign.py             writes the fixtures
    python3 tests/Fixtures/foreign/make_foreign.py --search    writes the file to download, in about half an hour

torch.save writes the state dictionary to NAME.pth. torch.onnx.export writes the network to NAME.onnx: "blocks" with its batch
normalizations, the others with batch normalization folded into the convolutions. foreign-logits.safetensors contains for each NAME
    NAME/images    the images, float64, exactly representable in float
    NAME/logits    the network's output in float64

The names of torchvision's eight files end with the first digits of their SHA-256 hash. One more file has such a name and hash, but contains
a small network, which tests download instead of 500 MB. Its last two weights were varied until the hash matched one of the names.
"""
import hashlib
import io
import struct
import sys
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
from make_fixtures import normal, save  # noqa: E402

VGG11 = [4, "M", 6, "M", 8, 8, "M", 10, 10, "M", 10, 10, "M"]
VGG13 = [4, 4, "M", 6, 6, "M", 8, 8, "M", 10, 10, "M", 10, 10, "M"]
VGG16 = [4, 4, "M", 6, 6, "M", 8, 8, 8, "M", 10, 10, 10, "M", 10, 10, 10, "M"]


def features(layers, batch_norm, channels=3, bias=True):
    """Returns all layers in one sequence, as in torchvision."""
    modules = []
    for width in layers:
        if width == "M":
            modules.append(nn.MaxPool2d(2, 2))
            continue
        modules.append(nn.Conv2d(channels, width, 3, padding=1, bias=bias))
        modules += [nn.BatchNorm2d(width)] if batch_norm else []
        modules.append(nn.ReLU(inplace=True))
        channels = width
    return nn.Sequential(*modules)


class ConvBlock(nn.Module):
    """A convolution with its batch normalization and ReLU."""

    def __init__(self, channels, width):
        super().__init__()
        self.layer = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())

    def forward(self, x):
        return self.layer(x)


class Blocks(nn.Module):
    """Names: feature_extractor.N.layer.0 and .1, where a pooling also takes a number N, and classifier.N."""

    def __init__(self):
        super().__init__()
        modules, channels = [], 3
        for width in VGG16:
            modules.append(nn.MaxPool2d(2, 2) if width == "M" else ConvBlock(channels, width))
            channels = channels if width == "M" else width
        self.feature_extractor = nn.Sequential(*modules)
        self.classifier = nn.Sequential(
            nn.Linear(channels, 12), nn.ReLU(), nn.Dropout(0.5), nn.Linear(12, 12), nn.ReLU(), nn.Dropout(0.5), nn.Linear(12, 7))

    def forward(self, x):
        return self.classifier(self.feature_extractor(x).flatten(1))


class FullyConnected(nn.Module):
    """Names: features.N, fc.N for the hidden layers, and classifier without a number. The head reads maps of 2x2 pixels."""

    def __init__(self):
        super().__init__()
        self.features = features(VGG13, batch_norm=False)
        self.fc = nn.Sequential(nn.Linear(40, 11), nn.ReLU(), nn.Dropout(), nn.Linear(11, 9), nn.ReLU(), nn.Dropout())
        self.classifier = nn.Linear(9, 5)

    def forward(self, x):
        return self.classifier(self.fc(self.features(x).flatten(1)))


class Bare(nn.Module):
    """Names: features.N, where the last layer is an average pooling of single pixels, and classifier without a number."""

    def __init__(self):
        super().__init__()
        self.features = features(VGG11, batch_norm=True)
        self.features.append(nn.AvgPool2d(1, 1))
        self.classifier = nn.Linear(10, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Grey(nn.Module):
    """A custom configuration for gray images. Convolutions have no bias. Dropouts come before the hidden layers."""

    def __init__(self):
        super().__init__()
        self.features = features([4, "M", 8, 8, "M"], batch_norm=True, channels=1, bias=False)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(8 * 49, 6), nn.ReLU(), nn.Dropout(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 4))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


PUBLISHED = {bytes.fromhex(name[-8:]): name for name in (
    "vgg11-8a719046", "vgg11_bn-6002323d", "vgg13-19584684", "vgg13_bn-abd245e5",
    "vgg16-397923af", "vgg16_bn-6c64b313", "vgg19-dcbb9e9d", "vgg19_bn-c79401a0")}


class Small(nn.Module):
    """torchvision's layers with few channels: configuration A, seven classes."""

    def __init__(self):
        super().__init__()
        self.features = features([2, "M", 3, "M", 4, 4, "M", 5, 5, "M", 5, 5, "M"], batch_norm=False)
        self.classifier = nn.Sequential(nn.Linear(5 * 49, 7))


def search():
    """Varies the last two weights until the hash matches. torch.save's old format ends with elements of a tensor and has no checksum."""
    torch.manual_seed(1)
    stream = io.BytesIO()
    torch.save(Small().state_dict(), stream, _use_new_zipfile_serialization=False)
    head = stream.getvalue()[:-8]
    start = hashlib.sha256(head)
    for attempt in range(1 << 40):
        # Two floats of about 0.01. The low bits of each contain twenty bits of the attempt number.
        tail = struct.pack("<II", 0x3C200000 | attempt & 0xFFFFF, 0x3C200000 | attempt >> 20)
        tried = start.copy()
        tried.update(tail)
        name = PUBLISHED.get(tried.digest()[:4])
        if name:
            (FOLDER / f"{name}.pth").write_bytes(head + tail)
            return name


def export(model, name, shape):
    """Exports a network for any number of images. Only "blocks" preserves its batch normalizations."""
    keeps = name == "blocks"
    torch.onnx.export(
        model, torch.zeros(1, *shape), str(FOLDER / f"{name}.onnx"), opset_version=13, input_names=["images"], output_names=["scores"],
        dynamic_axes={"images": {0: "N"}, "scores": {0: "N"}}, do_constant_folding=not keeps,
        training=torch.onnx.TrainingMode.PRESERVE if keeps else torch.onnx.TrainingMode.EVAL)


def main():
    tensors = {}
    cases = {
        "blocks": (Blocks, (3, 32, 32), lambda state: state),
        "fully-connected": (FullyConnected, (3, 64, 64), lambda state: {f"module.{key}": value for key, value in state.items()}),
        "bare": (Bare, (3, 32, 32), lambda state: {"net": state, "acc": 93.5, "epoch": 7}),
        "grey": (Grey, (1, 28, 28), lambda state: {"state_dict": state}),
    }
    for name, (make, shape, wrap) in cases.items():
        torch.manual_seed(1)
        model = make()
        generator = torch.Generator().manual_seed(len(name))
        # A few batches change the running statistics from their initial values. Larger weights make the logits of the images differ.
        for parameter in model.parameters():
            parameter.data *= 2
        model.train()
        for _ in range(3):
            model(torch.randn(8, *shape, generator=generator))
        model.eval()
        torch.save(wrap(model.state_dict()), FOLDER / f"{name}.pth")
        export(model, name, shape)
        images = normal(generator, 3, *shape)
        tensors |= {f"{name}/images": images, f"{name}/logits": model.double()(images)}
        print(name, tensors[f"{name}/logits"][0].tolist())
    save("foreign/foreign-logits", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if "--search" in sys.argv:
        print(search())
    else:
        main()

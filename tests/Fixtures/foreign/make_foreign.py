#!/usr/bin/env python3
"""Writes state dictionaries of VGG networks as other people write them, with small widths, and what the networks compute.

    /usr/bin/python3 tests/Fixtures/foreign/make_foreign.py

NAME.pth is what torch.save makes of the state dictionary, and NAME.onnx what torch.onnx.export makes of the network: of "blocks" with its batch normalizations,
of the others as usual, which folds them into the convolutions. foreign-logits.safetensors holds for each NAME
    NAME/images    the images, float64, exactly representable in float
    NAME/logits    the network's output in float64
"""
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
    """Flat, as in torchvision."""
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
    """A convolution with what belongs to it."""

    def __init__(self, channels, width):
        super().__init__()
        self.layer = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())

    def forward(self, x):
        return self.layer(x)


class Blocks(nn.Module):
    """feature_extractor.N.layer.0 and .1, where poolings take numbers too; classifier.N."""

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
    """features.N, fc.N for the hidden layers, a bare classifier; maps of 2x2."""

    def __init__(self):
        super().__init__()
        self.features = features(VGG13, batch_norm=False)
        self.fc = nn.Sequential(nn.Linear(40, 11), nn.ReLU(), nn.Dropout(), nn.Linear(11, 9), nn.ReLU(), nn.Dropout())
        self.classifier = nn.Linear(9, 5)

    def forward(self, x):
        return self.classifier(self.fc(self.features(x).flatten(1)))


class Bare(nn.Module):
    """features.N that end in an average pooling of one pixel, and a bare classifier."""

    def __init__(self):
        super().__init__()
        self.features = features(VGG11, batch_norm=True)
        self.features.append(nn.AvgPool2d(1, 1))
        self.classifier = nn.Linear(10, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Grey(nn.Module):
    """A network of no known configuration for grey images, without bias before batch normalizations; dropouts before the hidden layers."""

    def __init__(self):
        super().__init__()
        self.features = features([4, "M", 8, 8, "M"], batch_norm=True, channels=1, bias=False)
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(8 * 49, 6), nn.ReLU(), nn.Dropout(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 4))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def export(model, name, shape):
    """Any number of images."""
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
        # A few batches give the running statistics values of their own; larger weights keep the logits apart.
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
    main()

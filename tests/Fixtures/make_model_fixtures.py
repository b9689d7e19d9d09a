#!/usr/bin/env python3
"""Writes PyTorch's results of whole VGG networks for the parity tests of models.

    python3 tests/Fixtures/make_model_fixtures.py                 models.safetensors in the folder of this script: small networks
    python3 tests/Fixtures/make_model_fixtures.py --full FOLDER   vgg11.safetensors and vgg16-bn.safetensors in FOLDER: full-size
                                                                           networks, 1.1 GB each. Then run the tests with
                                                                           DEEPSHARP_FULL_PARITY=FOLDER.

Weights and images are not stored. Both sides compute them from their names by the same hash (see seeded). A case is stored as
    A_bn/logits                             the logits of the images, in evaluation mode
    A_bn/gradient/features.0.weight         the gradient of the mean cross-entropy with the labels 0, 1, ... with respect to every
                                            parameter, in the mode of the case
All values are float64. tests/Vgg.Tests/Parity/ModelParityCase.cs lists the same cases by the same names.
"""
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from make_fixtures import save

CONFIGS = {
    "A": "64,M,128,M,256,256,M,512,512,M,512,512,M",
    "A-LRN": "64,LRN,M,128,M,256,256,M,512,512,M,512,512,M",
    "B": "64,64,M,128,128,M,256,256,M,512,512,M,512,512,M",
    "C": "64,64,M,128,128,M,256,256,256:1,M,512,512,512:1,M,512,512,512:1,M",
    "C-padded": "64,64,M,128,128,M,256,256,256:1p1,M,512,512,512:1p1,M,512,512,512:1p1,M",
    "D": "64,64,M,128,128,M,256,256,256,M,512,512,512,M,512,512,512,M",
    "E": "64,64,M,128,128,M,256,256,256,256,M,512,512,512,512,M,512,512,512,512,M",
}
NARROW = {64: 3, 128: 5, 256: 6, 512: 8}
MEDIUM = {64: 8, 128: 16, 256: 17, 512: 24}
FULL = {64: 64, 128: 128, 256: 256, 512: 512}
PYTORCH_LRN, PAPER_LRN = (2, 1e-4, 0.75, 1.0), (5, 5 * 1e-4, 0.75, 2.0)


def hash32(key, count):
    """Returns a well-mixed 32-bit hash for each element of the tensor with this name."""
    x = (np.arange(count, dtype=np.uint64) * 2654435761 + zlib.crc32(key.encode())) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 0x7FEB352D) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def seeded(key, shape):
    """Returns the tensor with this name. Its values are uniform, scaled so that activations do not vanish, and exact in float."""
    count = int(np.prod(shape))
    center, scale = {"running_var": (1.0, 0.5), "images": (0.0, np.sqrt(3.0))}.get(key.split(".")[-1], (0.0, 0.1))
    if key.endswith("weight"):
        # He's bound for uniform weights. Weights with one axis belong to a batch normalization.
        center, scale = (1.0, 0.25) if len(shape) == 1 else (0.0, np.sqrt(6.0 / (count // shape[0])))
    uniform = hash32(key, count).astype(np.float64) / 2.0**31 - 1.0
    return torch.from_numpy((center + scale * uniform).astype(np.float32).astype(np.float64).reshape(shape))


class Vgg(nn.Module):
    """Any of the networks under test, with torchvision's order of layers and therefore its keys."""

    def __init__(self, config, widths, batch_norm, bias, lrn, pool, hidden, dropout_first, channels, classes):
        super().__init__()
        features, width = [], channels
        for token in CONFIGS[config].split(","):
            if token == "M":
                features.append(nn.MaxPool2d(2, 2))
            elif token == "LRN":
                features.append(nn.LocalResponseNorm(*lrn))
            else:
                out, _, window = token.partition(":")
                kernel, _, padding = (window or "3").partition("p")
                kernel, out = int(kernel), widths[int(out)]
                features.append(nn.Conv2d(width, out, kernel, padding=int(padding or (kernel - 1) // 2), bias=bias))
                features += [nn.BatchNorm2d(out)] if batch_norm else []
                features.append(nn.ReLU())
                width = out
        head, width = [], width * pool * pool
        for next_width in hidden:
            layers = [nn.Linear(width, next_width), nn.ReLU()]
            head += [nn.Dropout(), *layers] if dropout_first else [*layers, nn.Dropout()]
            width = next_width
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(pool)
        self.classifier = nn.Sequential(*head, nn.Linear(width, classes))

    def forward(self, images):
        return self.classifier(self.avgpool(self.features(images)).flatten(1))


def run(config, images=(2, 3, 32, 32), widths=NARROW, batch_norm=False, bias=True, lrn=None, pool=1, hidden=(), dropout_first=False,
        classes=10, training=False):
    """Returns the logits and gradients of one network."""
    model = Vgg(config, widths, batch_norm, bias, lrn, pool, hidden, dropout_first, images[1], classes).double()
    state = model.state_dict()
    for key, value in state.items():
        if value.is_floating_point():
            value.copy_(seeded(key, tuple(value.shape)))
    inputs = seeded("images", images)
    model.eval()
    with torch.no_grad():
        logits = model(inputs)
    model.train(training)
    F.cross_entropy(model(inputs), torch.arange(images[0]) % classes).backward()
    return {"logits": logits} | {f"gradient/{key}": parameter.grad for key, parameter in model.named_parameters()}


CASES = {
    "A_imagenet_head": dict(config="A", images=(2, 3, 64, 96), pool=7, hidden=(7, 5)),
    "A_cifar_head": dict(config="A", hidden=(12, 12), dropout_first=True),
    "A_small_head": dict(config="A", hidden=(8, 8), dropout_first=True),
    "A_pool_3_hidden_9": dict(config="A", images=(3, 3, 64, 32), pool=3, hidden=(9,)),
    "A_grey_4_classes": dict(config="A", images=(3, 1, 33, 47), classes=4),
    "A_medium": dict(config="A", widths=MEDIUM),
    "A_bn": dict(config="A", batch_norm=True),
    "A_bn_no_bias_training": dict(config="A", batch_norm=True, bias=False, images=(5, 3, 32, 48), training=True),
    "A_lrn_paper": dict(config="A-LRN", lrn=PAPER_LRN),
    "A_lrn_pytorch": dict(config="A-LRN", lrn=PYTORCH_LRN),
    "A_lrn_bn": dict(config="A-LRN", lrn=PAPER_LRN, batch_norm=True),
    "B": dict(config="B"),
    "B_bn": dict(config="B", batch_norm=True),
    "C": dict(config="C"),
    "C_bn": dict(config="C", batch_norm=True),
    "C_padded": dict(config="C-padded"),
    "C_padded_bn": dict(config="C-padded", batch_norm=True),
    "D": dict(config="D"),
    "D_bn": dict(config="D", batch_norm=True),
    "D_bn_no_bias_training": dict(config="D", batch_norm=True, bias=False, images=(5, 3, 32, 48), training=True),
    "E": dict(config="E"),
    "E_bn": dict(config="E", batch_norm=True),
    "E_bn_no_bias_training": dict(config="E", batch_norm=True, bias=False, images=(5, 3, 32, 48), training=True),
}
IMAGENET = dict(images=(1, 3, 224, 224), widths=FULL, pool=7, hidden=(4096, 4096), classes=1000)

if __name__ == "__main__":
    if sys.argv[1:2] == ["--full"]:
        for name, options in {"vgg11": dict(config="A"), "vgg16-bn": dict(config="D", batch_norm=True)}.items():
            save(str(Path(sys.argv[2]).resolve() / name), run(**options, **IMAGENET))
    else:
        torch.set_num_threads(1)
        save("models", {f"{name}/{key}": tensor for name, options in CASES.items() for key, tensor in run(**options).items()})

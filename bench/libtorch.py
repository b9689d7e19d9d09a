#!/usr/bin/env python3
"""Measures libtorch at its best on one of the cases of `bench vgg`, as the figure to put beside ours.

    /usr/bin/python3 bench/libtorch.py train-cifar-A-bn-128 --threads 2

Training is forward, cross-entropy, backward and SGD with momentum 0.9 and weight decay 5e-4, on random images that stay in memory. It is tried with
contiguous and with channels-last tensors. Inference is tried in both layouts, each eager in inference mode and as a traced, frozen graph through
torch.jit.optimize_for_inference, which folds batch norm and fuses the rectifier. Prints one line of JSON; `best` is the fastest variant.

    /usr/bin/python3 bench/libtorch.py conv --n 64 --c 64 --k 64 --h 32 --kernel 3 --pass forward

measures one pass of one convolution in both layouts. With --serve it stays as a worker of `bench compare`, see serving.py, and needs --variant.
"""
import argparse
import json
import statistics

import torch
import torch.nn.functional as F
from torch import nn

from serving import WARM_UP_RUNS, peak_memory_mb, repeat, serve, timed

CONFIGS = {
    "A": "64,M,128,M,256,256,M,512,512,M,512,512,M",
    "B": "64,64,M,128,128,M,256,256,M,512,512,M,512,512,M",
    "D": "64,64,M,128,128,M,256,256,256,M,512,512,512,M,512,512,512,M",
    "E": "64,64,M,128,128,M,256,256,256,256,M,512,512,512,512,M,512,512,512,512,M",
}
LAYOUTS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}


def vgg(config, batch_norm, imagenet):
    """The network of a configuration with the ImageNet head, or with one linear layer: five poolings leave a 1x1 map of 32x32 images."""
    layers, channels = [], 3
    for item in config.split(","):
        if item == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(channels, int(item), 3, padding=1))
        channels = int(item)
        layers += [nn.BatchNorm2d(channels)] if batch_norm else []
        layers.append(nn.ReLU(inplace=True))
    if not imagenet:
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, 10))
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(7), nn.Flatten(),
        nn.Linear(channels * 49, 4096), nn.ReLU(inplace=True), nn.Dropout(),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(4096, 1000))


def times(work, seconds, least):
    """The first run's milliseconds, and those of repeated runs after warming up."""
    first = timed(work)
    repeat(work, seconds / 2, most=WARM_UP_RUNS)
    return first, repeat(work, seconds, least)


def training(model, images, classes, rate):
    """One step of SGD."""
    model.train()
    sgd = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4)
    labels = torch.arange(len(images)) % classes

    def step():
        loss = F.cross_entropy(model(images), labels)
        sgd.zero_grad(set_to_none=True)
        loss.backward()
        sgd.step()
        return loss.item()

    return step


def inference(model, images, frozen):
    """One forward pass, eager or through the graph optimizer."""
    model.eval()
    if frozen:
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))

    def run():
        with torch.inference_mode():
            return model(images)

    return run


def network_variants(case):
    """The variants of a network case: name and a function that prepares the work."""
    kind, data, config, *rest = case.split("-")
    imagenet, batch_norm, batch = data == "imagenet", "bn" in rest, int(rest[-1])
    size, classes = (224, 1000) if imagenet else (32, 10)

    def prepare(layout, frozen):
        torch.manual_seed(1)
        model = vgg(CONFIGS[config], batch_norm, imagenet).to(memory_format=LAYOUTS[layout])
        images = torch.randn(batch, 3, size, size).to(memory_format=LAYOUTS[layout])
        # As in VggCase: without batch normalization the usual rate diverges.
        return training(model, images, classes, 0.05 if batch_norm else 1e-3) if kind == "train" else inference(model, images, frozen)

    variants = {layout: lambda layout=layout: prepare(layout, False) for layout in LAYOUTS}
    if kind == "infer":
        variants.update({f"{layout}, frozen": lambda layout=layout: prepare(layout, True) for layout in LAYOUTS})
    return variants, batch


def convolution_variants(options):
    """The variants of one pass of a convolution."""
    padding = options.kernel // 2 if options.padding is None else options.padding
    width = options.w or options.h

    def prepare(layout):
        torch.manual_seed(1)
        x = torch.randn(options.n, options.c, options.h, width).to(memory_format=LAYOUTS[layout])
        w = torch.randn(options.k, options.c, options.kernel, options.kernel).to(memory_format=LAYOUTS[layout])
        arguments = dict(stride=[options.stride] * 2, padding=[padding] * 2, dilation=[1, 1], groups=1)
        if getattr(options, "pass") == "forward":
            def forward():
                with torch.inference_mode():
                    return F.conv2d(x, w, None, options.stride, padding)
            return forward
        dy = torch.randn_like(F.conv2d(x, w, None, options.stride, padding)).to(memory_format=LAYOUTS[layout])
        mask = [getattr(options, "pass") == "input-gradient", getattr(options, "pass") == "weight-gradient", False]
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, None, arguments["stride"], arguments["padding"], arguments["dilation"], False, [0, 0], 1, mask)

    return {layout: lambda layout=layout: prepare(layout) for layout in LAYOUTS}, options.n


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", help="a case of `bench vgg`, such as infer-cifar-D-bn-1, or conv")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=5, help="for each variant")
    parser.add_argument("--runs", type=int, default=5, help="the least number of runs of each variant")
    parser.add_argument("--variant", help="measure this one only")
    parser.add_argument("--serve", action="store_true", help="be a worker of `bench compare`")
    parser.add_argument("--version", action="version", version=torch.__version__)
    for name, default in dict(n=64, c=64, k=64, h=32, kernel=3, stride=1).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--w", type=int)
    parser.add_argument("--padding", type=int)
    parser.add_argument("--pass", choices=["forward", "input-gradient", "weight-gradient"], default="forward")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    variants, batch = convolution_variants(options) if options.case == "conv" else network_variants(options.case)
    if options.serve and options.variant is None:
        parser.error("--serve needs --variant")
    if options.variant is not None and options.variant not in variants:
        parser.error(f"--variant: expected one of {', '.join(variants)}; found {options.variant}")
    if options.serve:
        serve(variants[options.variant](), options.variant, options.seconds)
        return
    results = {}
    for name, prepare in variants.items():
        if options.variant in (None, name):
            first, measured = times(prepare(), options.seconds, options.runs)
            results[name] = {"median_ms": statistics.median(measured), "first_ms": first, "runs": len(measured)}
    best = min(results, key=lambda name: results[name]["median_ms"])
    print(json.dumps({
        "case": options.case, "threads": options.threads, "torch": torch.__version__, "best": best,
        "median_ms": round(results[best]["median_ms"], 4),
        "images_per_second": round(1000 * batch / results[best]["median_ms"], 2),
        "peak_memory_mb": round(peak_memory_mb(), 1),
        "variants": results,
    }))


if __name__ == "__main__":
    main()

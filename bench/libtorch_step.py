#!/usr/bin/env python3
"""Measures one training step of a VGG on CIFAR-10 shapes in PyTorch, as the figure to put beside ours.

    /usr/bin/python3 bench/libtorch_step.py --config A --batch-norm --threads 2

A step is forward, cross-entropy, backward and SGD with momentum 0.9 and weight decay 5e-4, on random images that stay in memory: no loading,
no augmentation. The head is the compact one, 512 -> 10. Prints one line of JSON.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

CONFIGS = {
    "A": "64,M,128,M,256,256,M,512,512,M,512,512,M",
    "B": "64,64,M,128,128,M,256,256,M,512,512,M,512,512,M",
    "D": "64,64,M,128,128,M,256,256,256,M,512,512,512,M,512,512,512,M",
    "E": "64,64,M,128,128,M,256,256,256,256,M,512,512,512,512,M,512,512,512,512,M",
}


def vgg(config, batch_norm, classes=10):
    """The network of a configuration, with one linear layer as its head: five poolings leave a 1x1 map of 32x32 images."""
    layers, channels = [], 3
    for item in config.split(","):
        if item == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(channels, int(item), 3, padding=1))
        channels = int(item)
        layers += [nn.BatchNorm2d(channels)] if batch_norm else []
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, classes))


def measure(options):
    """The seconds of each step, after warming up."""
    torch.manual_seed(1)
    layout = torch.channels_last if options.channels_last else torch.contiguous_format
    model = vgg(CONFIGS[options.config], options.batch_norm).to(memory_format=layout).train()
    sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    images = torch.randn(options.batch, 3, 32, 32).to(memory_format=layout)
    labels = torch.randint(0, 10, (options.batch,))
    seconds = []
    for _ in range(options.warmup + options.steps):
        start = time.perf_counter()
        loss = F.cross_entropy(model(images), labels)
        sgd.zero_grad(set_to_none=True)
        loss.backward()
        sgd.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    return seconds[options.warmup:]


def at_least(lowest):
    """An argument type: a whole number not below lowest."""
    def parse(text):
        number = int(text)
        if number < lowest:
            raise argparse.ArgumentTypeError(f"must be at least {lowest}, found {number}")
        return number
    return parse


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=CONFIGS, default="A", help="configuration of the paper (default: A, which is VGG-11)")
    parser.add_argument("--batch-norm", action="store_true", help="batch normalization after each convolution")
    parser.add_argument("--batch", type=at_least(1), default=128, help="images a step (default: 128)")
    parser.add_argument("--threads", type=at_least(1), default=torch.get_num_threads(), help="threads (default: PyTorch's own choice)")
    parser.add_argument("--steps", type=at_least(1), default=10, help="measured steps (default: 10)")
    parser.add_argument("--warmup", type=at_least(0), default=2, help="steps before measuring (default: 2)")
    parser.add_argument("--channels-last", action="store_true", help="store images and weights channels-last")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    median = statistics.median(measure(options))
    print(json.dumps({
        "what": "libtorch training step",
        "config": options.config,
        "batch_norm": options.batch_norm,
        "batch": options.batch,
        "threads": options.threads,
        "steps": options.steps,
        "channels_last": options.channels_last,
        "median_ms": round(1000 * median, 2),
        "images_per_second": round(options.batch / median, 2),
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()

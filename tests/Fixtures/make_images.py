#!/usr/bin/env python3
"""Writes what torchvision's Resize and CenterCrop make of images, byte for byte: images.safetensors.

    /usr/bin/python3 tests/Fixtures/make_images.py

"HxW_RESIZE_CROP/pixels" is an image [3, H, W] of int64, "HxW_RESIZE_CROP/prepared" what comes out.
"""
import torch
from PIL import Image
from torchvision import transforms

from make_fixtures import save

CASES = [(37, 53, 16, 14), (53, 37, 16, 15), (9, 20, 24, 24), (32, 32, 40, 33), (64, 64, 32, 32), (31, 17, 17, 12)]


def main():
    tensors = {}
    generator = torch.Generator().manual_seed(1)
    for height, width, resize, crop in CASES:
        # Smooth and noisy in turn, with whole black and white areas.
        coarse = torch.randint(0, 256, (3, 4, 4), generator=generator).float()
        pixels = torch.nn.functional.interpolate(coarse[None], (height, width), mode="nearest")[0].long()
        pixels = (pixels + torch.randint(-60, 60, pixels.shape, generator=generator)).clamp(0, 255)
        image = Image.fromarray(pixels.permute(1, 2, 0).byte().numpy())
        prepared = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop), transforms.PILToTensor()])(image)
        name = f"{height}x{width}_{resize}_{crop}"
        tensors |= {f"{name}/pixels": pixels, f"{name}/prepared": prepared.long()}
    save("images", tensors)


if __name__ == "__main__":
    main()

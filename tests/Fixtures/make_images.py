#!/usr/bin/env python3
"""Writes images.safetensors: the exact results of torchvision's Resize and CenterCrop, and PNG files with their pixels.

    python3 tests/Fixtures/make_images.py

"HxW_RESIZE_CROP/pixels" is an image [3, H, W] of int64, "HxW_RESIZE_CROP/prepared" the result. "png/NAME/file" contains the bytes of a PNG
file that Pillow wrote, "png/NAME/pixels" the pixels that Pillow reads from it, [C, H, W].
"""
import io
import struct
import zlib

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

from make_fixtures import save

CASES = [(37, 53, 16, 14), (53, 37, 16, 15), (9, 20, 24, 24), (32, 32, 40, 33), (64, 64, 32, 32), (31, 17, 17, 12)]


def main():
    tensors = {}
    generator = torch.Generator().manual_seed(1)
    for height, width, resize, crop in CASES:
        # Areas of constant color with noise, clipped to 0..255.
        coarse = torch.randint(0, 256, (3, 4, 4), generator=generator).float()
        pixels = torch.nn.functional.interpolate(coarse[None], (height, width), mode="nearest")[0].long()
        pixels = (pixels + torch.randint(-60, 60, pixels.shape, generator=generator)).clamp(0, 255)
        image = Image.fromarray(pixels.permute(1, 2, 0).byte().numpy())
        prepared = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop), transforms.PILToTensor()])(image)
        name = f"{height}x{width}_{resize}_{crop}"
        tensors |= {f"{name}/pixels": pixels, f"{name}/prepared": prepared.long()}
    tensors |= png(generator)
    save("images", tensors)


def png(generator):
    """PNG files with every kind of sample. Odd sizes make rows end within a byte. Pillow does not use all filters: see every_filter."""
    tensors = {}
    ramp = (torch.arange(13)[:, None] * 9 + torch.arange(21) * 5)[..., None] + torch.tensor([0, 60, 120, 30])
    pixels = (ramp + torch.randint(0, 20, ramp.shape, generator=generator)).clamp(0, 255).byte().numpy()
    colour = Image.fromarray(pixels[..., :3])
    images = {
        "colour": colour, "grey": colour.convert("L"), "transparent": Image.fromarray(pixels), "grey_transparent": colour.convert("LA"),
        "palette": colour.quantize(200), "palette_4_bits": colour.quantize(11), "palette_2_bits": colour.quantize(4),
        "black_and_white": colour.convert("1"), "grey_16_bits": Image.fromarray(pixels[..., 0].astype(np.int32) * 257),
    }
    for name, image in images.items():
        file = io.BytesIO()
        image.save(file, "png", optimize=name == "colour")
        expected = np.asarray(image) // 257 if name == "grey_16_bits" else np.asarray(image.convert("L" if name[0] in "gb" else "RGB"))
        expected = expected[None] if expected.ndim == 2 else expected.transpose(2, 0, 1)
        tensors[f"png/{name}/file"] = torch.tensor(list(file.getvalue()))
        tensors[f"png/{name}/pixels"] = torch.from_numpy(expected.astype(np.int64))
    file = every_filter(pixels[..., :3])
    tensors["png/every_filter/file"] = torch.tensor(list(file))
    tensors["png/every_filter/pixels"] = torch.from_numpy(np.asarray(Image.open(io.BytesIO(file))).transpose(2, 0, 1).astype(np.int64))
    return tensors


def every_filter(pixels):
    """Returns a color PNG file whose rows use the filters 0 to 4 in turn."""
    height, width, channels = pixels.shape
    padded = np.zeros((height + 1, width + 1, channels), dtype=np.int64)
    padded[1:, 1:] = pixels
    x, left, above, corner = (part.reshape(height, -1) for part in (padded[1:, 1:], padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]))
    distances = np.stack([abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)])
    nearest = np.choose(distances.argmin(0), [left, above, corner])
    guesses = [0 * x, left, above, (left + above) // 2, nearest]
    rows = b"".join(bytes([y % 5]) + (x[y] - guesses[y % 5][y]).astype(np.uint8).tobytes() for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    main()

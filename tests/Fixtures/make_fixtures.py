#!/usr/bin/env python3
"""Writes PyTorch's results of every operation for the parity tests: one small safetensors file per group, in the folder of this script.

    python3 tests/Fixtures/make_fixtures.py [GROUP ...]

A case "relu" is stored as
    relu/input                the arguments, random with a seed from the name of the case, exactly representable in float
    relu/output               the result
    relu/upstream             a random gradient of the loss with respect to the result
    relu/gradient/input       the gradient of every argument
    relu/bound/output         the largest error that another implementation may have, in units of its epsilon (see bound)
    relu/bound/gradient/input
All floating-point data are float64. Labels are int64. The script takes about a minute, mostly to compute derivatives for the bounds.
"""
import json
import struct
import sys
import zlib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

FOLDER = Path(__file__).parent


def save(name, tensors):
    """Writes a safetensors file: 8 bytes of header length, the header (name -> dtype, shape, data_offsets) as JSON, then the data."""
    types = {torch.float64: "F64", torch.int64: "I64"}
    header, data, offset = {}, [], 0
    for key, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().astype("<f8" if tensor.dtype == torch.float64 else "<i8").tobytes()
        header[key] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def normal(generator, *shape):
    """Returns normally distributed values that float represents exactly, so that both precisions start from the same values."""
    return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()


def positive(generator, *shape):
    """Returns uniform values in [0.1, 3.1]."""
    return (0.1 + 3 * torch.rand(shape, generator=generator, dtype=torch.float64)).float().double()


def whole(generator, *shape):
    """Returns random integers from -2 to 1, so that windows have ties and maxima below zero."""
    return torch.randint(-2, 2, shape, generator=generator).double()


def bound(function, arguments):
    """Returns the largest error of function(*arguments) that rounding explains, in units of epsilon. Uses derivatives of the function.

    An element y that depends on n elements of an argument is treated as a sum of n terms. The error of a backward stable sum is at most
    (n + 4) eps (|y| + sum |dy/da| |a|) over all elements a of all arguments: Higham, "Accuracy and Stability of Numerical Algorithms",
    eq. 3.5, with |dy/da| |a|, the effect of a relative change of a, in place of each product. The result is the maximum over all y.
    """
    arguments = [a.detach().requires_grad_() for a in arguments]
    result = function(*arguments)
    largest = 0.0
    for y in result.flatten():
        terms, magnitude = 1, abs(y.item())
        if y.requires_grad:
            for a, slope in zip(arguments, torch.autograd.grad(y, arguments, retain_graph=True, allow_unused=True)):
                if slope is None:
                    continue
                terms = max(terms, int(slope.count_nonzero()))
                magnitude += (slope * a).abs().sum().item()
        largest = max(largest, (terms + 4) * magnitude)
    return torch.tensor(largest, dtype=torch.float64)


class Group:
    """The cases of one safetensors file, which is written at the end of a with statement."""

    def __init__(self, name):
        self.name, self.tensors = name, {}

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error is None:
            save(self.name, self.tensors)

    def case(self, name, function, **arguments):
        """Adds function(**arguments). An argument is a shape (for normal values), a pair (generator function, shape), or labels."""
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        values = {}
        for key, argument in arguments.items():
            if not isinstance(argument, torch.Tensor):
                draw, shape = argument if argument and callable(argument[0]) else (normal, argument)
                argument = draw(generator, *shape)
            values[key] = argument
        names = [key for key, value in values.items() if value.is_floating_point()]
        labels = {key: value for key, value in values.items() if key not in names}

        def forward(*inputs):
            return function(**dict(zip(names, inputs)), **labels)

        def gradient(index):
            def of(*inputs_and_upstream):
                *inputs, upstream = inputs_and_upstream
                return torch.autograd.grad(forward(*inputs), inputs[index], upstream, create_graph=True)[0]
            return of

        inputs = [values[key].clone().requires_grad_() for key in names]
        output = forward(*inputs)
        upstream = normal(generator, *output.shape)
        results = {"output": (forward, inputs)}
        for index, key in enumerate(names):
            results[f"gradient/{key}"] = (gradient(index), [*inputs, upstream])
        for key, value in values.items():
            self.tensors[f"{name}/{key}"] = value
        self.tensors[f"{name}/upstream"] = upstream
        for key, (result, result_arguments) in results.items():
            self.tensors[f"{name}/{key}"] = result(*result_arguments)
            self.tensors[f"{name}/bound/{key}"] = bound(result, result_arguments)


def convolution():
    with Group("convolution") as group:
        def case(name, input, weight, bias=True, **options):
            arguments = {"input": input, "weight": weight} | ({"bias": weight[:1]} if bias else {})
            group.case(name, lambda input, weight, bias=None: F.conv2d(input, weight, bias, **options), **arguments)

        case("padded_3x3", (2, 3, 7, 9), (18, 3, 3, 3), padding=1)
        case("padded_3x3_deep", (2, 17, 8, 6), (9, 17, 3, 3), padding=1)
        case("padded_3x3_small_map", (3, 17, 2, 2), (6, 17, 3, 3), padding=1)
        case("valid_3x3_without_bias", (2, 4, 6, 5), (5, 4, 3, 3), bias=False)
        case("pointwise", (2, 17, 5, 4), (9, 17, 1, 1))
        case("pointwise_stride_2", (2, 5, 5, 6), (4, 5, 1, 1), stride=2)
        case("padded_5x5_stride_2", (2, 3, 9, 8), (6, 3, 5, 5), stride=2, padding=2)
        case("padded_7x7_stride_2", (1, 3, 15, 13), (5, 3, 7, 7), stride=2, padding=3)
        case("kernel_3x2_without_bias", (2, 3, 6, 9), (5, 3, 3, 2), bias=False, padding=1)
        case("kernel_2x3_stride_2x1_padding_0x2", (2, 3, 6, 5), (5, 3, 2, 3), stride=(2, 1), padding=(0, 2))


def pooling():
    with Group("pooling") as group:
        group.case("max_2_2", lambda input: F.max_pool2d(input, 2), input=(2, 17, 6, 8))
        group.case("max_2_2_odd_map", lambda input: F.max_pool2d(input, 2), input=(2, 3, 5, 7))
        group.case("max_3_2_padding_1", lambda input: F.max_pool2d(input, 3, 2, 1), input=(2, 5, 7, 9))
        group.case("max_ties", lambda input: F.max_pool2d(input, 3, 2, 1), input=(whole, (2, 5, 8, 7)))
        group.case("max_2x3_stride_1x2_padding_1x0", lambda input: F.max_pool2d(input, (2, 3), (1, 2), (1, 0)), input=(2, 3, 4, 8))
        group.case("average_2x3_stride_1x2_padding_1x0", lambda input: F.avg_pool2d(input, (2, 3), (1, 2), (1, 0)), input=(2, 3, 4, 8))
        group.case("average_2_2", lambda input: F.avg_pool2d(input, 2), input=(2, 17, 6, 8))
        for include in (True, False):
            group.case(
                "average_3_2_padding_1_" + ("include_pad" if include else "exclude_pad"),
                lambda input: F.avg_pool2d(input, 3, 2, 1, count_include_pad=include), input=(2, 5, 7, 9))
        for height, width in ((14, 14), (9, 16), (5, 4), (7, 7), (1, 1)):
            group.case(f"adaptive_7x7_from_{height}x{width}", lambda input: F.adaptive_avg_pool2d(input, 7), input=(2, 3, height, width))
        group.case("adaptive_1x1", lambda input: F.adaptive_avg_pool2d(input, 1), input=(2, 17, 5, 6))
        group.case("adaptive_3x2", lambda input: F.adaptive_avg_pool2d(input, (3, 2)), input=(2, 3, 7, 5))


def normalization():
    with Group("normalization") as group:
        def mean_and_variance(name, channels):
            generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
            return normal(generator, channels), positive(generator, channels)

        def batch_norm(input, weight, bias):
            return F.batch_norm(input, None, None, weight, bias, training=True)

        group.case("batch_norm_training", batch_norm, input=(4, 5, 3, 6), weight=(5,), bias=(5,))
        group.case("batch_norm_training_17_channels", batch_norm, input=(3, 17, 2, 3), weight=(17,), bias=(17,))
        group.case("batch_norm_training_rows", batch_norm, input=(7, 5), weight=(5,), bias=(5,))

        name = "batch_norm_evaluation"
        mean, variance = mean_and_variance(name, 5)
        group.case(
            name, lambda input, weight, bias: F.batch_norm(input, mean, variance, weight, bias, training=False),
            input=(2, 5, 3, 4), weight=(5,), bias=(5,))
        group.tensors |= {f"{name}/running_mean": mean, f"{name}/running_var": variance}

        # Three training steps. The running statistics start at 0 and 1 and use momentum 0.1 and the unbiased variance.
        name = "batch_norm_running"
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        mean, variance = torch.zeros(5, dtype=torch.float64), torch.ones(5, dtype=torch.float64)
        for step in range(3):
            input = 3 + 2 * normal(generator, 2, 5, 3, 4)
            F.batch_norm(input, mean, variance, training=True)
            group.tensors[f"{name}/input{step}"] = input
        group.tensors |= {f"{name}/running_mean": mean, f"{name}/running_var": variance}

        # A large alpha, so that the sum over the window matters. Windows of 2 to 5 of 9 channels, and windows wider than 4 channels.
        for size in (2, 3, 4, 5):
            group.case(
                f"local_response_norm_{size}", lambda input: F.local_response_norm(input, size, alpha=0.5, beta=0.75, k=2),
                input=(2, 9, 3, 4))
        for size in (8, 11):
            group.case(
                f"local_response_norm_{size}_of_4_channels", lambda input: F.local_response_norm(input, size, alpha=0.5, beta=0.6, k=1),
                input=(2, 4, 3, 5))
        # The convention of the AlexNet paper: alpha is not divided by the size of the window.
        group.case(
            "local_response_norm_5_undivided", lambda input: F.local_response_norm(input, 5, alpha=5 * 0.1, beta=0.75, k=2),
            input=(2, 9, 3, 4))


def linear():
    with Group("linear") as group:
        group.case("linear", F.linear, input=(5, 19), weight=(9, 19), bias=(9,))
        group.case("linear_without_bias", F.linear, input=(3, 7), weight=(18, 7))
        group.case("matmul", lambda left, right: left @ right, left=(5, 7), right=(7, 19))
        group.case("flatten", lambda input: input.flatten(1) * 1, input=(2, 3, 4, 5))


def activations():
    with Group("activations") as group:
        functions = {
            "relu": F.relu,
            "leaky_relu": F.leaky_relu,
            "leaky_relu_0.2": lambda input: F.leaky_relu(input, 0.2),
            "gelu": F.gelu,
            "gelu_tanh": lambda input: F.gelu(input, approximate="tanh"),
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
        }
        for name, function in functions.items():
            group.case(name, function, input=(lambda *g: 3 * normal(*g), (2, 5, 4, 6)))
        # Integers, about a quarter of them 0, to test the gradient at the kink.
        for name in ("relu", "leaky_relu"):
            group.case(f"{name}_at_the_kink", functions[name], input=(whole, (3, 19)))


def losses():
    with Group("losses") as group:
        labels = torch.tensor([3, 0, 9, 3, 7, 1])
        group.case("softmax", lambda input: F.softmax(input, 1), input=(6, 10))
        group.case("log_softmax", lambda input: F.log_softmax(input, 1), input=(6, 10))
        group.case("softmax_of_channels", lambda input: F.softmax(input, 1), input=(2, 5, 3, 4))
        group.case("log_softmax_of_channels", lambda input: F.log_softmax(input, 1), input=(2, 5, 3, 4))
        for reduction in ("mean", "sum"):
            group.case(
                f"cross_entropy_{reduction}", lambda input, labels: F.cross_entropy(input, labels, reduction=reduction),
                input=(6, 10), labels=labels)
            group.case(
                f"cross_entropy_{reduction}_smoothing",
                lambda input, labels: F.cross_entropy(input, labels, reduction=reduction, label_smoothing=0.1),
                input=(6, 10), labels=labels)
            group.case(
                f"mean_squared_error_{reduction}", lambda input, target: F.mse_loss(input, target, reduction=reduction),
                input=(4, 7), target=(4, 7))


def elementwise():
    with Group("elementwise") as group:
        anywhere, above_zero = (2, 5, 3, 4), (positive, (2, 5, 3, 4))
        group.case("negate", torch.neg, input=anywhere)
        group.case("exp", torch.exp, input=anywhere)
        group.case("abs", torch.abs, input=anywhere)
        group.case("log", torch.log, input=above_zero)
        group.case("sqrt", torch.sqrt, input=above_zero)
        group.case("power_2.5", lambda input: input.pow(2.5), input=above_zero)
        group.case("power_-1", lambda input: input.pow(-1), input=above_zero)
        group.case("power_2", lambda input: input.pow(2), input=anywhere)
        group.case("power_3", lambda input: input.pow(3), input=anywhere)
        group.case("abs_at_the_kink", torch.abs, input=(whole, (3, 19)))
        for name, function in (("maximum", torch.maximum), ("minimum", torch.minimum)):
            group.case(f"{name}_ties", lambda left, right: function(left, right), left=(whole, (3, 19)), right=(whole, (3, 19)))

        operators = {
            "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div,
            "maximum": torch.maximum, "minimum": torch.minimum,
        }
        shapes = {
            "equal": ((2, 5, 3, 4), (2, 5, 3, 4)),
            "channels": ((2, 5, 3, 4), (1, 5, 1, 1)),
            "channels_of_images": ((2, 5, 3, 4), (2, 5, 1, 1)),
            "channels_left": ((1, 5, 1, 1), (2, 5, 3, 4)),
            "row": ((2, 5, 3, 4), (4,)),
            "scalar": ((2, 5, 3, 4), ()),
            "outer": ((6, 1), (1, 7)),
        }
        for name, operator in operators.items():
            right_draw = positive if name == "divide" else normal
            for pair, (left, right) in shapes.items():
                group.case(f"{name}_{pair}", lambda left, right: operator(left, right), left=left, right=(right_draw, right))


def reductions():
    with Group("reductions") as group:
        functions = {
            "sum": torch.sum,
            "mean": torch.mean,
            "variance": lambda input, dim, keepdim: torch.var(input, dim, unbiased=False, keepdim=keepdim),
            "variance_unbiased": lambda input, dim, keepdim: torch.var(input, dim, unbiased=True, keepdim=keepdim),
            "max": torch.amax,
        }
        axes = {"all": (0, 1, 2, 3), "images": (0,), "channels": (1,), "last": (-1,), "maps": (2, 3), "per_channel": (0, 2, 3)}
        for name, function in functions.items():
            for which, dim in axes.items():
                group.case(f"{name}_{which}", lambda input: function(input, dim, keepdim=False), input=(3, 5, 4, 2))
            group.case(f"{name}_per_channel_kept", lambda input: function(input, (0, 2, 3), keepdim=True), input=(3, 5, 4, 2))
            group.case(f"{name}_of_matrix", lambda input: function(input, (0,), keepdim=False), input=(6, 19))
        # The first of equal elements gets the gradient, as in torch.max. torch.amax would divide it evenly among them.
        group.case("max_ties", lambda input: torch.max(input, 1).values, input=(whole, (3, 5, 4, 2)))


def arrangement():
    with Group("arrangement") as group:
        # The results are multiplied by 1, because the bound needs results that are not views.
        group.case("reshape", lambda input: input.reshape(4, 30) * 1, input=(2, 3, 4, 5))
        group.case("reshape_to_images", lambda input: input.reshape(2, 5, 3, 4) * 1, input=(10, 12))
        group.case("permute_0231", lambda input: input.permute(0, 2, 3, 1) * 1, input=(2, 3, 4, 5))
        group.case("permute_3120", lambda input: input.permute(3, 1, 2, 0) * 1, input=(2, 3, 4, 5))
        group.case("transpose", lambda input: input.t() * 1, input=(4, 7))
        for axis in range(4):
            lengths = [(2, 3, 4, 5), (2, 3, 4, 5)]
            lengths[1] = tuple(2 if i == axis else n for i, n in enumerate(lengths[1]))
            group.case(f"concat_{axis}", lambda first, second: torch.cat((first, second), axis), first=lengths[0], second=lengths[1])
        group.case("slice_channels", lambda input: input[:, 1:4] * 1, input=(2, 5, 3, 4))
        group.case("slice_columns", lambda input: input[:, :, :, 1:3] * 1, input=(2, 5, 3, 4))
        group.case("pad_map", lambda input: F.pad(input, (2, 1, 1, 3)) * 1, input=(2, 5, 3, 4))


STEPS, BATCH, CLASSES = 10, 8, 10


class SmallVgg(nn.Module):
    """The configuration 8,M,16,M, with torchvision's order of layers and therefore its keys.

    The head averages the maps to pool x pool and has linear layers of the given widths with ReLUs between them. With pool 1 and no
    widths, it is the compact head.
    """

    def __init__(self, batch_norm, pool, hidden):
        super().__init__()
        features, channels = [], 3
        for width in (8, 16):
            features.append(nn.Conv2d(channels, width, 3, padding=1))
            features += [nn.BatchNorm2d(width)] if batch_norm else []
            features += [nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        head, width = [], channels * pool * pool
        for next_width in hidden:
            head += [nn.Linear(width, next_width), nn.ReLU()]
            width = next_width
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(pool)
        self.classifier = nn.Sequential(*head, nn.Linear(width, CLASSES))

    def forward(self, images):
        return self.classifier(self.avgpool(self.features(images)).flatten(1))


def training():
    """Writes ten steps of SGD on ten batches: every loss, and the weights before and after."""
    generator = torch.Generator().manual_seed(20140904)
    tensors = {}
    for step in range(STEPS):
        tensors[f"batch{step}/images"] = normal(generator, BATCH, 3, 16, 16)
        tensors[f"batch{step}/labels"] = torch.randint(0, CLASSES, (BATCH,), generator=generator)

    variants = {
        "batch_norm": ({"batch_norm": True, "pool": 1, "hidden": ()}, {"nesterov": False}),
        "nesterov": ({"batch_norm": False, "pool": 2, "hidden": (24,)}, {"nesterov": True}),
    }
    for name, (model_options, sgd_options) in variants.items():
        torch.manual_seed(1)
        model = SmallVgg(**model_options).double()  # initialized in float, so that both precisions start from the same weights
        tensors |= {f"{name}/initial/{key}": value.clone() for key, value in model.state_dict().items()}
        sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4, **sgd_options)
        losses = []
        for step in range(STEPS):
            loss = F.cross_entropy(model(tensors[f"batch{step}/images"]), tensors[f"batch{step}/labels"])
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            losses.append(loss.detach())
        tensors[f"{name}/losses"] = torch.stack(losses)
        tensors |= {f"{name}/final/{key}": value for key, value in model.state_dict().items()}
        print(name, [round(loss.item(), 4) for loss in losses])
    save("training", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    groups = (convolution, pooling, normalization, linear, activations, losses, elementwise, reductions, arrangement, training)
    wanted = sys.argv[1:]
    for write in groups:
        if not wanted or write.__name__ in wanted:
            write()

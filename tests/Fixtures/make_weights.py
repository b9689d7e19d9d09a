#!/usr/bin/env python3
"""Writes the files in the folder "weights" beside this script: state dictionaries saved by torch.save in its old and its new format.

    python3 tests/Fixtures/make_weights.py                    writes the fixtures
    python3 tests/Fixtures/make_weights.py --verify A.pth B   fails unless torch.load(A, weights_only=True) has the tensors of B,
                                                                       bit for bit. B is safetensors or .pth.
    python3 tests/Fixtures/make_weights.py --verify FOLDER    does the same for each NAME.pth and NAME.*.pth in FOLDER with
                                                                       NAME.safetensors
    python3 tests/Fixtures/make_weights.py --vgg16 PATH       writes a VGG-16 with random weights, 553 MB, for measurements

    types.pth         all element types; scalars, matrices, images; tensors that are transposed, channels-last, sliced, repeated, or share
                      their memory
    types-legacy.pth  the same in the format before PyTorch 1.6
    types-4.pth       the same with pickle protocol 4
    types.safetensors the expected values: the same tensors, contiguous, as float64 or int64
    wrapped.pth       a training checkpoint with an optimizer and a state dictionary in which all names begin with "module."
    python2.pth       in the format of January 2017: Python 2 strings; tensors and parameters that are created empty and then set
    module.pth        a whole module instead of its state dictionary, which is refused
"""
import io
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import torch

import make_fixtures

FOLDER = Path(__file__).parent / "weights"
MAGIC = 0x1950A86A20F9469CFC6C


def numbers(*shape, dtype=torch.float32):
    """Returns distinct values that every floating-point type represents exactly."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) - 3) / 4).reshape(shape).to(dtype)


def types():
    """Returns a state dictionary with all kinds of tensors."""
    state = OrderedDict()
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        name = str(dtype).split(".")[1]
        state[f"{name}.matrix"] = numbers(5, 3, dtype=dtype)
        state[f"{name}.images"] = numbers(2, 3, 2, 2, dtype=dtype)
        state[f"{name}.transposed"] = numbers(3, 5, dtype=dtype).t()
        state[f"{name}.last"] = numbers(2, 3, 2, 2, dtype=dtype).contiguous(memory_format=torch.channels_last)
    state["scalar"] = torch.tensor(0.75)
    state["count"] = torch.tensor(1234567890123)
    whole = numbers(6, 7)
    state["whole"] = whole
    state["row"] = whole[2]
    state["column"] = whole[:, 3]
    state["part"] = whole[1:6:2, 2:7:3]
    state["repeated"] = torch.tensor([0.5, -2.0]).unsqueeze(1).expand(2, 3)
    state["parameter"] = torch.nn.Parameter(numbers(2, 2))
    return state


def reference(state):
    """Returns the same tensors, contiguous, as float64 or int64."""
    return {key: (value.long() if value.dtype == torch.int64 else value.detach().double()).contiguous() for key, value in state.items()}


def wrapped():
    """Returns a checkpoint like that of PyTorch's ImageNet example."""
    torch.manual_seed(1)
    network = torch.nn.Sequential(OrderedDict(
        features=torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)), classifier=torch.nn.Linear(2, 3)))
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    sum(parameter.sum() for parameter in network.parameters()).backward()
    optimizer.step()
    state = OrderedDict((f"module.{key}", value) for key, value in network.state_dict().items())
    return {
        "epoch": 7, "arch": "vgg11", "state_dict": state, "best_acc1": torch.tensor(0.5), "optimizer": optimizer.state_dict(),
        "size": torch.Size([3, 32, 32]), "dtype": torch.float32, "device": torch.device("cpu"),
        "loss": [1.5, None, True, -(1 << 70), (1 << 40)],
    }


class Python2Writer(pickle._Pickler):
    """Writes strings in the format of Python 2, and storages in PyTorch's old format."""

    dispatch = dict(pickle._Pickler.dispatch)

    def __init__(self, file, storages):
        super().__init__(file, protocol=2)
        self.storages = storages

    def save_str(self, text):
        raw = text.encode("latin1")
        self.write(
            pickle.SHORT_BINSTRING + struct.pack("<B", len(raw)) + raw if len(raw) < 256
            else pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)
        self.memoize(text)

    dispatch[str] = save_str

    def persistent_id(self, obj):
        if isinstance(obj, OldStorage):
            self.storages[obj.key] = obj.values
            view = None if obj.view is None else (obj.key + "v", *obj.view)
            return ("storage", torch.FloatStorage, obj.key, "cpu", len(obj.values), view)
        return None


class OldStorage:
    """A float storage, or a view of it: (offset, length)."""

    def __init__(self, key, values, view=None):
        self.key, self.values, self.view = key, values, view


class OldTensor:
    """A tensor that is created empty and then receives the state (storage, offset, size, stride)."""

    def __init__(self, *state):
        self.state = state

    def __reduce__(self):
        return torch.FloatTensor, (), self.state


class OldParameter:
    """A parameter that is created empty and then receives the state (data, gradient, hooks, requires_grad, volatile)."""

    __class__ = torch.nn.Parameter  # otherwise pickle rejects the class

    def __init__(self, data):
        self.state = (data, None, OrderedDict(), True, False)

    def __reduce__(self):
        import copyreg
        return copyreg.__newobj__, (torch.nn.Parameter,), self.state


def python2():
    """Returns a file with a state dictionary in PyTorch's format of January 2017."""
    values = [float(i) / 2 for i in range(6)]
    state = [
        ("features.0.weight", OldParameter(OldTensor(OldStorage("1", values), 0, (2, 3), (3, 1)))),
        ("features.0.bias", OldTensor(OldStorage("2", [9.0, 8.0, 7.0, 6.0]), 1, (2,), (1,))),
        ("features.1.part", OldTensor(OldStorage("3", [1.0, 2.0, 3.0, 4.0], view=(1, 3)), 1, (2,), (1,))),
    ]
    file, storages = io.BytesIO(), {}
    for item in (MAGIC, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}):
        pickle.dump(item, file, protocol=2)

    class Entries(OrderedDict):
        """A dictionary that is pickled like in Python 2: the entries are one argument, a list of lists."""

        def __reduce__(self):
            return OrderedDict, ([[key, value] for key, value in self.items()],)

    Python2Writer(file, storages).dump(Entries(state))
    pickle.dump(sorted(storages), file, protocol=2)
    for key in sorted(storages):
        file.write(struct.pack(f"<q{len(storages[key])}f", len(storages[key]), *storages[key]))
    return file.getvalue()


def make():
    """Writes all fixtures."""
    FOLDER.mkdir(exist_ok=True)
    state = types()
    torch.save(state, FOLDER / "types.pth")
    torch.save(state, FOLDER / "types-4.pth", pickle_protocol=4)
    torch.save(state, FOLDER / "types-legacy.pth", _use_new_zipfile_serialization=False)
    make_fixtures.save("weights/types", reference(state))
    torch.save(wrapped(), FOLDER / "wrapped.pth")
    make_fixtures.save("weights/wrapped", {key.removeprefix("module."): value for key, value in reference(wrapped()["state_dict"]).items()})
    (FOLDER / "python2.pth").write_bytes(python2())
    for key, value in torch.load(FOLDER / "python2.pth", encoding="latin1").items():
        print("python2", key, value.tolist())
    torch.save(torch.nn.Linear(2, 2), FOLDER / "module.pth")


def read_safetensors(path):
    """Returns the tensors of a safetensors file."""
    import json
    raw = Path(path).read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    types = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16}
    header = json.loads(raw[8:8 + length])
    header.pop("__metadata__", None)
    data = bytearray(raw[8 + length:])
    return {
        key: torch.frombuffer(
            data, dtype=types[entry["dtype"]], count=torch.Size(entry["shape"]).numel(), offset=entry["data_offsets"][0],
        ).reshape(entry["shape"])
        for key, entry in header.items()
    }


def raw(tensor):
    """Returns the bytes of a tensor in row-major order. bfloat16 is viewed as int16, because NumPy lacks it."""
    tensor = tensor.detach().contiguous()
    return (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()


def verify(path, other):
    """Compares a .pth file of DeepSharp with another file, bit for bit."""
    found = torch.load(path, weights_only=True)
    expected = read_safetensors(other) if other.endswith(".safetensors") else torch.load(other, weights_only=True)
    assert isinstance(found, OrderedDict) and sorted(found) == sorted(expected), (sorted(found), sorted(expected))
    for key, value in expected.items():
        assert found[key].dtype == value.dtype and found[key].shape == value.shape and found[key].is_contiguous(), key
        assert raw(found[key]) == raw(value), key
    print(f"{path}: {len(found)} tensors equal to {other}")


def verify_folder(folder):
    """Compares each .pth file in a folder with the safetensors file of the same name up to the first dot."""
    paths = sorted(Path(folder).glob("*.pth"))
    assert paths, f"there is no .pth file in {folder}"
    for path in paths:
        verify(path, str(path.with_name(path.name.split(".")[0] + ".safetensors")))


def vgg16(path):
    """Writes torchvision's VGG-16 with 1000 classes: 138,357,544 float32 values, with random weights and zero biases."""
    torch.manual_seed(0)
    state, channels, index = OrderedDict(), 3, 0
    for width in (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"):
        if width == "M":
            index += 1
            continue
        state[f"features.{index}.weight"], state[f"features.{index}.bias"] = 0.01 * torch.randn(width, channels, 3, 3), torch.zeros(width)
        channels, index = width, index + 2
    for layer, (outputs, inputs) in {0: (4096, 25088), 3: (4096, 4096), 6: (1000, 4096)}.items():
        state[f"classifier.{layer}.weight"], state[f"classifier.{layer}.bias"] = 0.01 * torch.randn(outputs, inputs), torch.zeros(outputs)
    torch.save(state, path)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--verify"]:
        verify_folder(sys.argv[2]) if len(sys.argv) == 3 else verify(*sys.argv[2:])
    elif sys.argv[1:2] == ["--vgg16"]:
        vgg16(sys.argv[2])
    else:
        make()

#!/usr/bin/env python3
"""Checks exported models with ONNX's own checker and infers all shapes. Needs the Debian package python3-onnx.

    mkdir /tmp/models
    DEEPSHARP_ONNX_DIR=/tmp/models dotnet run -c Release --project tests/Vgg.Tests -- -class "*OnnxRuntimeTests"
    python3 tests/Fixtures/check_onnx.py /tmp/models/*.onnx
"""
import sys

import onnx


def lengths(value):
    """Returns the dimensions of an input or output. For a dimension of variable length, this is its name."""
    return [dimension.dim_param or dimension.dim_value for dimension in value.type.tensor_type.shape.dim]


for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    print(
        f"{path}: opset {model.opset_import[0].version}, {len(inferred.node)} nodes, "
        f"{lengths(inferred.input[0])} -> {lengths(inferred.output[0])}")

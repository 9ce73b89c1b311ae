#!/usr/bin/env python3
"""Makes the weights in this folder from the original model. The build does not need it; README.md says where the original is from.

    pip install tflite==2.18.0 numpy==2.4.6
    python convert.py selfie_segmentation.tflite
"""

import sys
from pathlib import Path

import numpy as np
import tflite

TARGET = Path(__file__).parent / "selfie-segmentation.f16"

# The original's own layer: a transposed convolution of 2 × 2 with stride 2
UPSAMPLING = "Convolution2DTransposeBias"


def operators(model):
    """The operators in the order in which they run, each as its name and its constants (weights, then bias)."""
    graph = model.Subgraphs(0)
    names = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
    constants = {}
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength() and tensor.Type() == tflite.TensorType.FLOAT16:
            constants[index] = np.frombuffer(buffer.DataAsNumpy().tobytes(), "<f2").reshape(tensor.ShapeAsNumpy())
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = code.CustomCode().decode() if code.CustomCode() else names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(i) for i in operator.InputsAsNumpy()]
        if name == "DEQUANTIZE":
            # Weights are stored as halves, and widened before they are used.
            if inputs[0] in constants:
                constants[int(operator.OutputsAsNumpy()[0])] = constants[inputs[0]]
            continue
        yield name, [constants[i] for i in inputs if i in constants]


def reordered(name, weights, bias):
    """The weights in the order in which the network reads them: by place in the window, channel of the input, channel of the output."""
    if name == UPSAMPLING:
        # A matrix from the channels of a pixel to the four pixels it becomes
        return weights[0].reshape(4, -1).T, np.repeat(bias, 4)
    if name == "DEPTHWISE_CONV_2D":
        return weights[0], bias
    return weights.transpose(1, 2, 3, 0), bias


def main():
    model = tflite.Model.GetRootAsModel(Path(sys.argv[1]).read_bytes(), 0)
    layers = [reordered(name, *constants) for name, constants in operators(model) if constants]
    TARGET.write_bytes(b"".join(np.ascontiguousarray(part).astype("<f2").tobytes() for layer in layers for part in layer))


if __name__ == "__main__":
    main()

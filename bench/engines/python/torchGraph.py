"""A graph of centernet in PyTorch, on the CPU, in a process of its own.

python torchGraph.py FOLDER THREADS

FOLDER holds graph.json and graph.bin (writeTorch.ts). Answers requests as answers.py says; maps are [channels, height,
width]. Deformable layers take torchvision's operator.
"""
import json
import sys

import numpy
import torch
import torch.nn.functional as f
import torchvision

from answers import answer_requests

folder, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
with open(f"{folder}/graph.json") as file:
    graph = json.load(file)
numbers = numpy.fromfile(f"{folder}/graph.bin", numpy.float32)


def parameter(stored):
    start = stored["start"]
    values = numbers[start:start + int(numpy.prod(stored["shape"]))].reshape(stored["shape"])
    if len(stored["shape"]) == 4:
        values = values.transpose(stored["order"])
    return torch.from_numpy(values.copy())


weights = {node["name"]: {role: parameter(stored) for role, stored in node["parameters"].items()} for node in graph["nodes"]}


def padded(x, padding, value=0.0):
    sides = [padding[side] for side in ("left", "right", "top", "bottom")]
    return f.pad(x, sides, value=value) if len(set(sides)) > 1 else x


def symmetric(padding):
    return padding["top"] if len(set(padding.values())) == 1 else 0


def convolution(x, attributes, kernel, bias, groups=1):
    padding = attributes["padding"]
    return f.conv2d(padded(x, padding), kernel, bias, attributes["stride"], symmetric(padding), groups=groups)


def transposed(x, attributes, kernel, bias, groups=1):
    return f.conv_transpose2d(x, kernel, bias, attributes["stride"], symmetric(attributes["padding"]), groups=groups)


def deformed(x, raw, kernel, bias):
    first, second, mask = torch.chunk(raw, 3, dim=1)
    offsets = torch.cat((first, second), dim=1)
    return torchvision.ops.deform_conv2d(x, offsets, kernel, bias, padding=1, mask=torch.sigmoid(mask))


def pooled(x, attributes):
    padding = attributes["padding"]
    x = padded(x, padding, float("-inf"))
    return f.max_pool2d(x, attributes["kernel"], attributes["stride"], symmetric(padding))


OPS = {
    "add": lambda xs, a, kernel, bias: xs[0] + xs[1],
    "concatenate": lambda xs, a, kernel, bias: torch.cat(xs, dim=1),
    "conv2d": lambda xs, a, kernel, bias: convolution(xs[0], a, kernel, bias),
    "deformConv2d": lambda xs, a, kernel, bias: deformed(xs[0], xs[1], kernel, bias),
    "depthwiseConv2d": lambda xs, a, kernel, bias: convolution(xs[0], a, kernel, bias, len(kernel)),
    "depthwiseTransposedConv2d": lambda xs, a, kernel, bias: transposed(xs[0], a, kernel, bias, len(kernel)),
    "maxPool": lambda xs, a, kernel, bias: pooled(xs[0], a),
    "relu": lambda xs, a, kernel, bias: f.relu(xs[0]),
    "sigmoid": lambda xs, a, kernel, bias: torch.sigmoid(xs[0]),
    "transposedConv2d": lambda xs, a, kernel, bias: transposed(xs[0], a, kernel, bias),
}


def run(image):
    maps = {graph["input"]["name"]: image}
    for node in graph["nodes"]:
        parameters = weights[node["name"]]
        inputs = [maps[name] for name in node["inputs"]]
        maps[node["name"]] = OPS[node["op"]](inputs, node["attributes"], parameters.get("kernel"), parameters.get("bias"))
        for name in node["last"]:
            del maps[name]
    return [maps[name] for name in graph["outputs"].values()]


held = {}


def put(image):
    held["input"] = torch.from_numpy(image)


def run_once():
    held["outputs"] = run(held["input"])


with torch.inference_mode():
    answer_requests(
        f"PyTorch {torch.__version__.split('+')[0]}",
        graph["input"]["dims"],
        put,
        run_once,
        lambda: [output.numpy() for output in held["outputs"]],
    )

"""A graph of centernet in PyTorch, on the CPU, in a process of its own.

python torchGraph.py FOLDER THREADS

FOLDER holds graph.json and graph.bin (torchFiles.ts). Each line of standard input is a request: `run FILE` reads the input
map from FILE, writes the output maps to FILE.out, one after the other, and answers with the milliseconds of the network alone
and the bytes of memory, as one line of JSON. Maps are float32, [channels, height, width]. Deformable layers take torchvision's
operator.
"""
import json
import os
import resource
import sys
import time

import numpy
import torch
import torch.nn.functional as f
import torchvision

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
        held = weights[node["name"]]
        inputs = [maps[name] for name in node["inputs"]]
        maps[node["name"]] = OPS[node["op"]](inputs, node["attributes"], held.get("kernel"), held.get("bias"))
        for name in node["last"]:
            del maps[name]
    return [maps[name] for name in graph["outputs"].values()]


def memory():
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {"resident": resident, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


print(json.dumps({"title": f"pytorch {torch.__version__}"}), flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        path = line.split(" ", 1)[1].rstrip("\n")
        image = torch.from_numpy(numpy.fromfile(path, numpy.float32).reshape(graph["input"]["dims"]))
        start = time.perf_counter()
        outputs = run(image)
        milliseconds = (time.perf_counter() - start) * 1000
        with open(f"{path}.out", "wb") as file:
            for output in outputs:
                file.write(output.contiguous().numpy().tobytes())
        print(json.dumps({"milliseconds": milliseconds, **memory()}), flush=True)

"""The first two layers of MoveNet in PyTorch, by hooks: python torch_hooks.py movenet-lightning.safetensors folder"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

weights, folder = load_file(sys.argv[1]), Path(sys.argv[2])
get = lambda name: weights[f"backbone.{name}"].float()

# TensorFlow's SAME padding at stride 2: an even side gets its padding at the end. `padding=1` would shift the map.
stem = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 32, 3, 2), nn.ReLU6())
depthwise = nn.Sequential(nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.ReLU6())
for conv, name, axes in [(stem[1], "stem", (3, 2, 0, 1)), (depthwise[0], "block0.depthwise", (2, 3, 0, 1))]:
    conv.weight.data = get(f"{name}.kernel").permute(axes)  # HWIO to OIHW
    conv.bias.data = get(f"{name}.bias")

values = {}  # A copy, because a later layer may work in place; a ReLU with inplace=True does.
hook = lambda name: lambda module, inputs, output: values.update({name: output.detach().clone().contiguous()})
stem.register_forward_hook(hook("backbone.stem.relu6"))
depthwise.register_forward_hook(hook("backbone.block0.depthwise.relu6"))
image = torch.randint(0, 256, [1, 3, 192, 192], generator=torch.Generator().manual_seed(0)).float()
nn.Sequential(stem, depthwise)(image * weights["preprocess.scale"].item() - 1)  # not quite 2 / 255

folder.mkdir(parents=True, exist_ok=True)
save_file({"input": image, **values}, folder / "tensors.safetensors")
case = {"family": "generic", "model": "movenet-lightning", "source": "PyTorch", "tolerance": 1e-4}
(folder / "case.json").write_text(json.dumps(case, indent=1))

"""The first two layers of MoveNet in Keras: python keras_layers.py movenet-lightning.safetensors folder"""
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file, save_file

weights, folder = load_file(sys.argv[1]), Path(sys.argv[2])
get = lambda name: weights[f"backbone.{name}"].astype(np.float32)  # kernels are HWIO here as in Keras

image = np.random.default_rng(0).integers(0, 256, [1, 192, 192, 3]).astype(np.float32)  # NHWC, RGB, 0 to 255
pixels = tf.keras.Input([192, 192, 3])
# "same" at stride 2 pads an even side at its end only, as this project does: nothing to add.
stem = tf.keras.layers.Conv2D(32, 3, 2, "same", activation=tf.nn.relu6, name="backbone.stem.relu6")
depthwise = tf.keras.layers.DepthwiseConv2D(
    3, 1, "same", activation=tf.nn.relu6, name="backbone.block0.depthwise.relu6"
)
first = stem(pixels * weights["preprocess.scale"].item() - 1)  # not quite 2 / 255
model = tf.keras.Model(pixels, {stem.name: first, depthwise.name: depthwise(first)})
stem.set_weights([get("stem.kernel"), get("stem.bias")])
depthwise.set_weights([get("block0.depthwise.kernel"), get("block0.depthwise.bias")])

folder.mkdir(parents=True, exist_ok=True)
values = {name: value.numpy() for name, value in model(image).items()}
save_file({"input": image, **values}, folder / "tensors.safetensors")
case = {"family": "generic", "model": "movenet-lightning", "source": "Keras", "tolerance": 1e-4}
(folder / "case.json").write_text(json.dumps(case, indent=1))

"""A folder through a network, as a Python program does it: Pillow opens, turns and resizes, onnxruntime runs, NumPy finds
the peak of each map. One image after the other, with onnxruntime's own threads.

python folderPeer.py NETWORK.onnx FOLDER
"""
import json
import os
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

network, folder = sys.argv[1:]
session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
image_input = session.get_inputs()[0]
channels_first = image_input.shape[1] == 3
height, width = image_input.shape[2:] if channels_first else image_input.shape[1:3]
for name in sorted(os.listdir(folder)):
    image = ImageOps.exif_transpose(Image.open(os.path.join(folder, name))).convert("RGB")
    scale = min(width / image.width, height / image.height)
    size = (round(image.width * scale), round(image.height * scale))
    square = Image.new("RGB", (width, height))
    square.paste(image.resize(size, Image.Resampling.BILINEAR))
    pixels = np.asarray(square, dtype=np.float32)[None] / 127.5 - 1
    if channels_first:
        pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    outputs = session.run(None, {image_input.name: pixels})
    peaks = [[int(output.argmax()), float(output.max())] for output in outputs]
    print(json.dumps({"image": name, "width": image.width, "height": image.height, "peaks": peaks}))

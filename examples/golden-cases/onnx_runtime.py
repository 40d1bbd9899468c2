"""A golden case of every value in an ONNX file: python onnx_runtime.py model.onnx model-name folder"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import save_file

file, name, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
model = onnx.load(file)
shape = [side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim]  # NCHW
image = np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)  # RGB, 0 to 255

# Whatever is no output is optimized away. Names with a slash are parts of a layer.
outputs = {output.name for output in model.graph.output}
inner = [name for node in model.graph.node for name in node.output if "/" not in name and name not in outputs]
model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inner)

session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
names = inner + sorted(outputs)
values = dict(zip(names, session.run(names, {model.graph.input[0].name: image})))

folder.mkdir(parents=True, exist_ok=True)
save_file({"input": image, **values}, folder / "tensors.safetensors")
source = f"ONNX Runtime {onnxruntime.__version__}"
case = {"family": "generic", "model": name, "source": source, "layout": "NCHW", "tolerance": 1e-3}
(folder / "case.json").write_text(json.dumps(case, indent=1))

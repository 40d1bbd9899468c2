"""A network's ONNX file in OpenVINO, on the CPU, in a process of its own.

python openvinoGraph.py FILE THREADS

Answers requests as answers.py says; maps are [channels, height, width].
"""
import sys

import openvino

from answers import answer_requests

path, threads = sys.argv[1:]
# On some processors OpenVINO would compute in 16 bits by default.
settings = {"INFERENCE_NUM_THREADS": int(threads), "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
network = openvino.Core().compile_model(path, "CPU", settings)
request = network.create_infer_request()

answer_requests(
    f"OpenVINO {openvino.__version__.split('-')[0]}",
    list(network.input(0).shape),
    lambda image: request.set_input_tensor(openvino.Tensor(image)),
    lambda: request.infer(share_outputs=True),
    lambda: [request.get_output_tensor(index).data for index in range(len(network.outputs))],
)

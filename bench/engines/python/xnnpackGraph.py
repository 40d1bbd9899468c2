"""A network's TFLite file on XNNPACK, to which LiteRT gives every operator that it has, in a process of its own.

python xnnpackGraph.py FILE THREADS

Answers requests as answers.py says; maps are [height, width, channels].
"""
import sys
from importlib.metadata import version

from ai_edge_litert.interpreter import Interpreter

from answers import answer_requests

path, threads = sys.argv[1:]
interpreter = Interpreter(path, num_threads=int(threads))
interpreter.allocate_tensors()
[image] = interpreter.get_input_details()
outputs = interpreter.get_output_details()

answer_requests(
    f"XNNPACK of LiteRT {version('ai-edge-litert')}",
    image["shape"],
    lambda values: interpreter.set_tensor(image["index"], values),
    interpreter.invoke,
    lambda: [interpreter.get_tensor(output["index"]) for output in outputs],
)

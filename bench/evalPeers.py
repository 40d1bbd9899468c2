"""One evaluator on the files of a large case, alone in its process: seconds and peak memory as JSON.

python evalPeers.py pycocotools|hotcoco FOLDER
"""
import json
import resource
import sys
import time

peer, folder = sys.argv[1:]
if peer == "pycocotools":
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
else:
    from hotcoco import COCO, COCOeval

sys.stdout = open("/dev/null", "w")
start = time.perf_counter()
truth = COCO(f"{folder}/annotations.json")
found = truth.loadRes(f"{folder}/results.json") if peer == "pycocotools" else truth.load_res(f"{folder}/results.json")
evaluation = COCOeval(truth, found, "bbox")
evaluation.evaluate()
evaluation.accumulate()
evaluation.summarize()
seconds = time.perf_counter() - start
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
sys.stdout = sys.__stdout__
print(json.dumps({"seconds": seconds, "megabytes": megabytes, "stats": [float(value) for value in evaluation.stats]}))

"""Checks a folder that scripts/onnx/cases.ts wrote: onnx.checker, then ONNX Runtime against the expected numbers."""
import json
import sys

import numpy as np
import onnx
import onnxruntime

# Largest difference of a head from wasm, in standard deviations of the head: with trained weights, and where the heads of
# the original implementation decide.
HEADS, GOLDEN_HEADS = 5e-4, 2e-3
# With deformable layers, each of which moves the samples of the next: what the golden cases of photos allow.
DEFORMABLE_HEADS = 1e-2
# Of the same box on both sides, in pixels, and of its score.
BOX, SCORE = 0.05, 2e-4
# Rounding decides between candidates of a keypoint that lie as near; this share may differ.
KEYPOINTS = 0.005


def read_safetensors(path):
    data = open(path, "rb").read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return tensors


def run(folder, case, image):
    """All outputs, and the values inside that golden heads are compared with."""
    path = f"{folder}/model.onnx"
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    outputs = [output.name for output in model.graph.output]
    inside = [head["value"] for head in case["goldens"]]
    kept = {value.name: value for value in model.graph.value_info}
    model.graph.output.extend(kept[name] for name in inside)
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = outputs + inside
    return dict(zip(names, session.run(names, {"image": image})))


def golden_difference(head, got, tensors):
    """In tolerances: above 1 is beyond."""
    expected = tensors[head["key"]]
    if head["layout"] == "NHWC":
        got = got.transpose(0, 2, 3, 1)
    got = got.reshape(-1)
    if head["sampled"]:
        got = got[tensors[head["key"] + ".positions"].astype(np.int64)]
    tolerance = head["tolerance"]
    allowed = tolerance["absolute"] + tolerance["relative"] * np.abs(expected) + tolerance["spread"] * expected.std()
    return float(np.max(np.abs(got - expected) / allowed))


def compare_detections(case, results):
    """Looks for the row of each detection; those that score as the last one may be others."""
    place = case["place"]
    left, top, width, height = (place[key] for key in ("left", "top", "width", "height"))
    boxes = results["boxes"] - [left, top, left, top]
    boxes = np.clip(boxes, 0, [width, height, width, height])
    free = np.ones(len(boxes), bool)
    last = min((found["score"] for found in case["detections"]), default=0)
    worst, lost, points, moved = 0.0, 0, 0, 0
    for found in case["detections"]:
        box = [found["box"][side] for side in ("xmin", "ymin", "xmax", "ymax")]
        apart = np.abs(boxes - box).max(1)
        same = free & (results["classes"] == found["classId"]) & (np.abs(results["scores"] - found["score"]) <= SCORE)
        apart[~same] = np.inf
        row = int(apart.argmin())
        if apart[row] > BOX:
            lost += found["score"] > last + SCORE
            continue
        free[row] = False
        worst = max(worst, apart[row])
        for point, (x, y, _) in zip(found.get("keypoints", []), results.get("keypoints", [None] * len(boxes))[row] if "keypoints" in found else []):
            points += 1
            moved += max(abs(x - left - point["x"]), abs(y - top - point["y"])) > BOX
    return worst, lost, points, moved


def main(folder):
    case = json.load(open(f"{folder}/case.json"))
    tensors = read_safetensors(f"{folder}/tensors.safetensors")
    results = run(folder, case, tensors["image"])
    heads = {}
    for name in case["heads"]:
        expected = tensors[f"wasm.{name}"]
        heads[name] = float(np.max(np.abs(results[name] - expected)) / expected.std())
    goldens = {head["value"]: golden_difference(head, results[head["value"]], tensors) for head in case["goldens"]}
    print(
        f"{case['name']}: checker fine; heads {max(heads.values()):.1e} of wasm's standard deviations;",
        f"golden heads {max(goldens.values()):.2f} of their tolerance;" if goldens else "no golden heads;",
        end=" ",
    )
    allowed = DEFORMABLE_HEADS if case["deformable"] else GOLDEN_HEADS if goldens else HEADS
    fits = max(heads.values()) <= allowed and all(ratio <= 1 for ratio in goldens.values())
    if not case["decode"]:
        print("no decode")
        return fits
    worst, lost, points, moved = compare_detections(case, results)
    count = len(case["detections"])
    print(f"{count} boxes, {lost} lost, {worst:.1e} pixels; {points} keypoints, {moved} elsewhere")
    return fits and count > 0 and lost == 0 and moved <= KEYPOINTS * points


if __name__ == "__main__":
    sys.exit(0 if all([main(folder) for folder in sys.argv[1:]]) else 1)

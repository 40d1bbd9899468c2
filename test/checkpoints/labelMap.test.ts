import { describe, expect, test } from "vitest";
import { parseLabelMap } from "../../src/checkpoints/pipelineConfig/detectionApiSidecar.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("label maps", () => {
  test("give ids, names, what to show, and keypoints", () => {
    const map = parseLabelMap(
      bytes(
        "item { id: 1 name: '/m/01g317' display_name: 'person' keypoints { id: 0 label: 'nose' } }\nitem { id: 5 name: 'x' color: 3 }",
      ),
      "l",
    );
    expect(map).toEqual({
      items: [
        { id: 1, name: "/m/01g317", label: "person", keypoints: new Map([[0, "nose"]]) },
        { id: 5, name: "x", label: "x", keypoints: new Map() },
      ],
      unknown: ["item.color (line 2)"],
    });
  });

  test.each([
    ["", "l: expected items of a label map, got none."],
    ["item { name: 'a' }", "l id: expected an id from 1, got none."],
    ["item { id: 0 name: 'a' }", "expected a whole number from 1"],
    [
      "item { id: 1 name: 'a' }\nitem { id: 1 name: 'b' }",
      "l, line 2, column 8, id: expected every id once, got 1 again.",
    ],
    ["item { id: 1 }", "expected a name of id 1, got none."],
    [
      "item { id: 1 name: 'a' keypoints { id: 2 } keypoints { id: 2 } }",
      'expected every keypoint of "a" once, got 2 again.',
    ],
  ])("%j is refused", (text, message) => {
    expect(() => parseLabelMap(bytes(text), "l")).toThrow(message);
  });
});

/** What each step of the tour opens, and what it says. */
import type { ComponentChildren } from "preact";
import { hrefOf, type View } from "../state/route.ts";

export interface TourStep {
  readonly title: string;
  readonly view: View;
  /** What the step sets in the address. */
  readonly params: Readonly<Record<string, string>>;
  /** Of those, what would hide the step's own object where it is narrow. */
  readonly onlyWide?: readonly string[];
  /** What is scrolled to, once it is there. */
  readonly target: string;
  /** The same where it is narrow, if that is another. */
  readonly narrowTarget?: string;
  readonly look: ComponentChildren;
  readonly attempt: () => ComponentChildren;
}

const FACES = { layer: "backbone.block4.expand.relu6", channel: "225", page: "3", cell: "5,10" };
const edges = (channel: number, page: number) =>
  hrefOf("network", { ...FACES, channel: String(channel), page: String(page), cell: undefined });

export const STEPS: readonly TourStep[] = [
  {
    title: "Down to see, up again to place",
    view: "network",
    params: { layer: "fpn.lateral5.bias", zoom: "fit" },
    onlyWide: ["layer"],
    target: "#network-heading",
    narrowTarget: ".block-list",
    look: "Follow the sizes. The network halves its maps five times, from 256 × 256 cells to 8 × 8. There a cell sees nearly the whole image, but it stands for 32 × 32 pixels: too coarse to say where a box ends. So the maps are doubled again, three times, and each time a shortcut adds what was known at that resolution: a long line, where the screen is wide enough for the graph.",
    attempt: () => (
      <>
        Click blocks from left to right and watch the receptive field grow. An hourglass is the same way down
        and up: see <a href={hrefOf("network", HOURGLASS)}>the graph of CenterNet-52</a>.
      </>
    ),
  },
  {
    title: "What one channel answers to",
    view: "network",
    params: FACES,
    target: ".channel-stage",
    look: "A layer is a stack of maps, its channels. This is channel 225 of 288 in block 4. It is brightest on the three faces, the gray one included. Nobody told it of faces; training made it useful. The frame in the image is what the marked cell can see at most, its receptive field.",
    attempt: () => (
      <>
        Point at the map, or focus it and use the arrow keys, and read the values. Then look at{" "}
        <a href={edges(198, 3)}>channel 198</a>, which answers to vertical edges, and{" "}
        <a href={edges(21, 0)}>channel 21</a>, to horizontal ones.
      </>
    ),
  },
  {
    title: "How a peak becomes a box",
    view: "decode",
    params: { step: "box", peak: "1" },
    target: "#decode-heading",
    narrowTarget: ".decode-panels",
    look: "The heatmap says for each cell how likely the center of a person lies there. A cell that no neighbor exceeds is a peak. At a peak the network has also computed where in its cell the center lies, and how wide and high the person is: half of that to each side makes the box.",
    attempt: () =>
      "Go through the steps, from Heatmap to Image: each has its numbers in a sentence. Follow another peak in the table. Click any cell to ask why nothing is there.",
  },
  {
    title: "Why a corner looks along a whole row",
    view: "triplets",
    params: { pool: "left" },
    target: "#pools-heading",
    narrowTarget: ".pool-panels",
    look: "CenterNet's triplets find a box by two corners and a center. But the corner of a kite's box is only sky: the marked cell has nothing to go by. Left pooling gives each cell the largest value of its row, from itself to the end, the long frame. So the corner learns of the kite's top, however far away it is. No window of a convolution reaches that far.",
    attempt: () =>
      "Mark other cells, by a click or the arrow keys: all cells left of the kite's top have its value. Then see how top and left are added in the step Sum.",
  },
  {
    title: "What center pooling adds",
    view: "triplets",
    params: { pool: "center" },
    target: "#pools-heading",
    narrowTarget: ".pool-panels",
    look: "Two corners know a box's sides, not what is between them. Center pooling gives each cell the largest value of its whole column plus the largest of its whole row. In the middle of the kite they meet the tips, so the sum is 2, although the middle itself looks like nothing. There the network can say: here is the center of something.",
    attempt: () =>
      "Mark a cell beside the middle: its column or its row misses the tips, and the sum falls. The sun's middle is nobody's center: it has no tips.",
  },
  {
    title: "Why a box was rejected",
    view: "triplets",
    params: { pair: "pair-6" },
    target: "#pairs-heading",
    look: "Each top-left corner is tried with each bottom-right one: nine pairs for three kites. The dashed box has the best corners of all, score 0.895, and is wrong: it spans two kites. No center lies in its central region, the inner frame, so it was rejected. Without center pooling it would come first.",
    attempt: () => (
      <>
        Move “Central region of larger boxes” to “all of it”: now a center anywhere inside will do, and the
        wrong box passes, and comes first. On an image of yours,{" "}
        <a href={hrefOf("decode", { step: "peaks" })}>Decode</a> tells for each cell why there is no box.
      </>
    ),
  },
];

const HOURGLASS = { graph: "centernet-52", zoom: "fit", layer: undefined };

/** Whatever else the address may say of these views: a step begins afresh, on the sample and the model that it speaks of. */
export const AFRESH: Readonly<Record<string, undefined>> = Object.fromEntries(
  [
    ...["image", "model", "weights", "labels", "size", "fuse", "score"],
    ...["graph", "layer", "channel", "page", "cell", "scale", "order", "color", "zoom"],
    ...["step", "peak", "keypoint"],
    ...["pool", "at", "on", "pair", "embedding", "small", "large"],
  ].map((name) => [name, undefined]),
);

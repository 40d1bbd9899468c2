/** The image with the boxes, and of the chosen pair its corners, center and central region. */
import { type Box, KITES } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { shown } from "../../state/detection.ts";
import { boxes, boxesImage, chosen } from "./triplets.ts";

export function PairStage() {
  const found = boxes.value;
  if (!found) return <div class="stage empty" />;
  const { width, height, peaks } = found;
  const picked = pickedPair();
  // Another image's picture would lie below these boxes.
  const image = shown.value?.id === boxesImage.value?.id ? shown.value : undefined;
  return (
    <figure class="stage fitted pair-stage" style={{ "--ratio": width / height }}>
      {image && <BitmapCanvas bitmap={image.bitmap} alt="" />}
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={stageInWords()}>
        {!boxesImage.value && <Kites width={width} height={height} />}
        <g class="marks">
          {found.boxes.map(({ box }, index) => (
            <Rectangle key={index} of={box} name="faint" />
          ))}
          {picked?.centralRegion && <Rectangle of={picked.centralRegion} name="region" />}
          {picked && <Rectangle of={picked.box} name={picked.isRejected ? "rejected" : "picked"} />}
          {peaks.center.map(({ x, y }, index) => (
            <Dot key={`c${index}`} x={x} y={y} name="center" />
          ))}
          {peaks.topLeft.map(({ x, y }, index) => (
            <Corner key={`t${index}`} x={x} y={y} side={1} name={nameOf(x, y)} />
          ))}
          {peaks.bottomRight.map(({ x, y }, index) => (
            <Corner key={`b${index}`} x={x} y={y} side={-1} name={nameOf(x, y)} />
          ))}
        </g>
      </svg>
    </figure>
  );
}

interface PickedPair {
  readonly box: Box;
  readonly centralRegion?: Box;
  readonly isRejected: boolean;
  readonly corners: readonly { readonly x: number; readonly y: number }[];
}

/** The box or the rejected pair that the address names. */
function pickedPair(): PickedPair | undefined {
  const found = boxes.value;
  const [, kind, number] = /^(box|pair)-(\d+)$/.exec(chosen.value) ?? [];
  const index = Number(number) - 1;
  if (kind === "box") {
    const box = found?.boxes[index];
    return (
      box && {
        box: box.box,
        centralRegion: box.triplet.centralRegion,
        isRejected: false,
        corners: [box.triplet.topLeft, box.triplet.bottomRight],
      }
    );
  }
  const pair = found?.explanation.rejected[index];
  return pair && { ...pair, isRejected: true, corners: [pair.topLeft, pair.bottomRight] };
}

function nameOf(x: number, y: number): string {
  const isPicked = pickedPair()?.corners.some((corner) => corner.x === x && corner.y === y);
  return isPicked ? "strong" : "corner";
}

function stageInWords(): string {
  const found = boxes.value;
  if (!found) return "";
  const { topLeft, bottomRight, center } = found.peaks;
  const what = boxesImage.value ? "The image" : "Three kites";
  return `${what} with ${topLeft.length} top-left corners, ${bottomRight.length} bottom-right corners, ${center.length} centers and ${found.boxes.length} boxes`;
}

function Kites({ width, height }: { readonly width: number; readonly height: number }) {
  return (
    <g class="kites">
      <rect width={width} height={height} />
      {KITES.map(({ box: { xmin, ymin, xmax, ymax } }, index) => {
        const [x, y] = [(xmin + xmax) / 2, (ymin + ymax) / 2];
        return (
          <g key={xmin} class={index === 1 ? "green" : "red"}>
            <path class="string" d={`M${x} ${y}L${x - (xmax - xmin) / 3} ${height}`} />
            <path d={`M${xmin} ${y}L${x} ${ymin}L${xmax} ${y}L${x} ${ymax}z`} />
            <path class="quarters" d={`M${x} ${y}H${xmin}L${x} ${ymin}zH${xmax}L${x} ${ymax}z`} />
          </g>
        );
      })}
    </g>
  );
}

function Rectangle({ of: { xmin, ymin, xmax, ymax }, name }: { readonly of: Box; readonly name: string }) {
  const d = `M${xmin} ${ymin}H${xmax}V${ymax}H${xmin}z`;
  return (
    <>
      <path class={`rim ${name}`} d={d} />
      <path class={`line ${name}`} d={d} />
    </>
  );
}

function Dot({ x, y, name }: { readonly x: number; readonly y: number; readonly name: string }) {
  return (
    <>
      <path class={`rim dot ${name}`} d={`M${x} ${y}h0`} />
      <path class={`line dot ${name}`} d={`M${x} ${y}h0`} />
    </>
  );
}

/** An angle that opens into the box. */
function Corner({
  x,
  y,
  side,
  name,
}: {
  readonly x: number;
  readonly y: number;
  readonly side: 1 | -1;
  readonly name: string;
}) {
  const arm = 18 * side;
  const d = `M${x + arm} ${y}H${x}V${y + arm}`;
  return (
    <>
      <path class={`rim ${name}`} d={d} />
      <path class={`line ${name}`} d={d} />
    </>
  );
}

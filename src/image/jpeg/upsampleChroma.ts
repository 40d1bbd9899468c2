import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";

/** One channel of three that lie interleaved at full size, as jpeg-js repeats a component's samples. */
export interface Channel {
  /** width * height * 3 bytes. */
  readonly data: Uint8Array;
  readonly index: number;
}

/** Gives the samples of row `y` of the image, or more; they hold until the next call. */
export type ReadRow = (y: number) => Uint8Array;

/** What was stored of a component. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
}

/** Up to this width libjpeg repeats samples. */
const NARROW = 2;

/**
 * Reads a component row by row at the image's size, chroma enlarged as libjpeg does ("fancy upsampling",
 * jdsample.c of libjpeg-turbo): a sample in between is three parts of the nearer and one of the farther
 * neighbor. Factors other than 2 repeat samples. All is rounded as there.
 */
export function enlargedRows(channel: Channel, component: JpegComponent, frame: JpegFrame): ReadRow {
  const across = frame.maxHorizontal / component.horizontal;
  const down = frame.maxVertical / component.vertical;
  if (across === 1 && down === 1) return ownRows(channel, frame.width);
  const plane = storedPlane(channel, frame, across, down);
  if (across === 2 && down === 1 && plane.width > NARROW) return twiceAsWide(plane);
  if (across === 2 && down === 2 && plane.width > NARROW) return twiceAsLarge(plane);
  if (across === 1 && down === 2) return twiceAsHigh(plane);
  return repeated(plane, across, down);
}

function ownRows({ data, index }: Channel, width: number): ReadRow {
  const row = new Uint8Array(width);
  return (y) => {
    for (let x = 0, from = y * width * 3 + index; x < width; x++, from += 3) row[x] = data[from];
    return row;
  };
}

/** Takes one of each group of repeated samples. */
function storedPlane(
  { data, index }: Channel,
  frame: { readonly width: number; readonly height: number },
  across: number,
  down: number,
): Plane {
  const width = Math.ceil(frame.width / across);
  const height = Math.ceil(frame.height / down);
  const samples = new Uint8Array(width * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = y * down * frame.width * 3 + index;
    for (const end = to + width; to < end; to++, from += across * 3) samples[to] = data[from];
  }
  return { width, height, samples };
}

function twiceAsWide(plane: Plane): ReadRow {
  const { width } = plane;
  const row = new Uint8Array(2 * width);
  return (y) => {
    const samples = rowOf(plane, y);
    row[0] = samples[0];
    for (let x = 1; x < width; x++) {
      row[2 * x - 1] = (3 * samples[x - 1] + samples[x] + 2) >> 2;
      row[2 * x] = (3 * samples[x] + samples[x - 1] + 1) >> 2;
    }
    row[2 * width - 1] = samples[width - 1];
    return row;
  };
}

function twiceAsHigh(plane: Plane): ReadRow {
  const row = new Uint8Array(plane.width);
  return (y) => {
    const [near, far] = neighborRows(plane, y);
    const rounding = y % 2 === 0 ? 1 : 2;
    for (let x = 0; x < row.length; x++) row[x] = (3 * near[x] + far[x] + rounding) >> 2;
    return row;
  };
}

/** Rounds once, after both directions. */
function twiceAsLarge(plane: Plane): ReadRow {
  const { width } = plane;
  const row = new Uint8Array(2 * width);
  return (y) => {
    const [near, far] = neighborRows(plane, y);
    let left = 3 * near[0] + far[0];
    row[0] = (4 * left + 8) >> 4;
    for (let x = 1; x < width; x++) {
      const sum = 3 * near[x] + far[x];
      row[2 * x - 1] = (3 * left + sum + 7) >> 4;
      row[2 * x] = (3 * sum + left + 8) >> 4;
      left = sum;
    }
    row[2 * width - 1] = (4 * left + 7) >> 4;
    return row;
  };
}

function repeated(plane: Plane, across: number, down: number): ReadRow {
  const row = new Uint8Array(plane.width * across);
  return (y) => {
    const samples = rowOf(plane, Math.floor(y / down));
    for (let x = 0; x < samples.length; x++) row.fill(samples[x], x * across, (x + 1) * across);
    return row;
  };
}

/**
 * The rows that row `y` of twice as many lies between, the nearer one first; at the border it has no other.
 */
function neighborRows(plane: Plane, y: number): [near: Uint8Array, far: Uint8Array] {
  const near = y >> 1;
  const far = y % 2 === 0 ? Math.max(near - 1, 0) : Math.min(near + 1, plane.height - 1);
  return [rowOf(plane, near), rowOf(plane, far)];
}

function rowOf({ width, samples }: Plane, y: number): Uint8Array {
  return samples.subarray(y * width, (y + 1) * width);
}

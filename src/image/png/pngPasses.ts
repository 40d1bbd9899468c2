/** The pixels (left + i * stepX, top + j * stepY), stored together as a small picture of their own. */
export interface PngPass {
  left: number;
  top: number;
  stepX: number;
  stepY: number;
}

/** Adam7: seven passes from coarse to fine (PNG specification, third edition, section 8.1). */
const ADAM7: readonly PngPass[] = [
  { left: 0, top: 0, stepX: 8, stepY: 8 },
  { left: 4, top: 0, stepX: 8, stepY: 8 },
  { left: 0, top: 4, stepX: 4, stepY: 8 },
  { left: 2, top: 0, stepX: 4, stepY: 4 },
  { left: 0, top: 2, stepX: 2, stepY: 4 },
  { left: 1, top: 0, stepX: 2, stepY: 2 },
  { left: 0, top: 1, stepX: 1, stepY: 2 },
];

const WHOLE: readonly PngPass[] = [{ left: 0, top: 0, stepX: 1, stepY: 1 }];

/** A pass with its size, which is never 0: passes that a small picture has no pixels for are left out. */
export type SizedPass = PngPass & { width: number; height: number };

export function pngPasses(width: number, height: number, interlaced: boolean): SizedPass[] {
  return (interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({
      ...pass,
      width: Math.ceil((width - pass.left) / pass.stepX),
      height: Math.ceil((height - pass.top) / pass.stepY),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

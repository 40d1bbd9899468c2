/** An image in RGB, 8 bits per channel, row-major: pixel (x, y) starts at (y * width + x) * 3. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

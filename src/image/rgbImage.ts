/** An image in RGB, 8 bits per channel, row-major: pixel (x, y) starts at (y * width + x) * 3. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Set if the browser decoded the file, whose pixels may differ between browsers. JPEG and PNG are never left to it. */
  readonly decodedBy?: "browser";
}

/** A small data set to be broken: two images, two classes. */
export function madeAnnotations() {
  return {
    images: [
      { id: 1, file_name: "a/one.jpg", width: 100, height: 100 },
      { id: 2, file_name: "b/two.jpg", width: 100, height: 100 },
    ],
    categories: [
      { id: 3, name: "car" },
      { id: 8, name: "truck" },
    ],
    annotations: [
      { id: 10, image_id: 1, category_id: 3, bbox: [10, 10, 20, 20], area: 400, iscrowd: 0 },
      { id: 11, image_id: 2, category_id: 8, bbox: [0, 0, 50, 40], area: 1500, iscrowd: 0 },
    ] as Record<string, unknown>[],
  };
}

export function madeResults(): Record<string, unknown>[] {
  return [
    { image_id: 1, category_id: 3, bbox: [10, 10, 20, 20], score: 0.9 },
    { image_id: 2, category_id: 8, bbox: [0, 0, 50, 41], score: 0.8 },
    { image_id: 2, category_id: 3, bbox: [0, 0, 5, 5], score: 0.1 },
  ];
}

/** `text` in parts of `size` bytes. */
export async function* inParts(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

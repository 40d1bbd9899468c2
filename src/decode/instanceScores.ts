/**
 * An instance's score from its centre and its keypoints (Object Detection API: `rescore_instances`):
 *
 *     score = centre score · mean of the keypoint scores above threshold;  0 where none is above
 *
 * `keypointScores` is [instances, keypoints]. Rounded to float32 as the original: each product, their sum,
 * the reciprocal of their number, and the product of the two.
 */
export function instanceScores(
  centerScores: Float32Array,
  keypointScores: Float32Array,
  threshold: number,
): Float32Array {
  const keypoints = keypointScores.length / centerScores.length;
  return centerScores.map((centerScore, instance) => {
    const scores = keypointScores.subarray(instance * keypoints, (instance + 1) * keypoints);
    let sum = 0;
    let count = 0;
    for (const score of scores) {
      if (score <= threshold) continue;
      sum += Math.fround(centerScore * score);
      count++;
    }
    return Math.fround(1 / Math.max(count, 1)) * Math.fround(sum);
  });
}

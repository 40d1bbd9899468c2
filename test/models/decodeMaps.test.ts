/** The maps that show a decode at work have what the decode found. */
import { describe, expect, test } from "vitest";
import { candidateInWords, candidateSteps, centerMaps, keypointRanking, load } from "../../src/index.ts";

describe.each(["movenet-multipose", "movenet-lightning"])("%s", (name) => {
  test("ranks each keypoint's cells as the explanation says, and pools the heatmap as the network does", async () => {
    const detector = await load(name, { backend: "wasm" });
    const { outputs } = detector.network.graph;
    const { taps, explanation, detections } = await detector.detect("samples/people.jpg", {
      taps: Object.values(outputs),
      explain: true,
      score: 0,
    });
    await detector.dispose();
    const maps = Object.fromEntries(Object.entries(outputs).map(([output, node]) => [output, taps[node]]));
    if (explanation?.family !== "poses") throw new Error("no explanation of poses");
    const { model, constants } = detector.network;
    const decoding = model.decoding(constants);
    explanation.candidates.forEach((candidate, person) => {
      candidate.keypoints?.forEach(({ candidate: chosen, outcome }, keypoint) => {
        const ranking = keypointRanking(decoding, maps, { person, keypoint });
        const best = Math.max(...(ranking?.data ?? []));
        expect(best).toBe(outcome === "none" ? 0 : chosen?.ranked);
        const { x, y } = chosen?.cell ?? { x: 0, y: 0 };
        if (chosen) expect(ranking?.data[y * ranking.shape[2] + x]).toBe(best);
      });
      if (candidate.detection === undefined) throw new Error("every candidate is shown from score 0 on");
      expect(candidate.box).toEqual(detections[candidate.detection].box);
      const { keypoints, ...steps } = candidateSteps(candidate, explanation);
      const sentences = [...Object.values(steps), ...keypoints];
      expect(candidateInWords(candidate, explanation).toSorted()).toEqual(sentences.toSorted());
    });
    const [{ window }] = explanation.views;
    expect(window).toBe(name === "movenet-multipose" ? 5 : undefined);
    const { heatmap, maximum, peaks, weighted } = centerMaps(decoding, maps.centerHeatmap, { window });
    expect(heatmap).toEqual(maps.centerHeatmap);
    const [best] = explanation.candidates;
    const at = (map: typeof peaks) => map?.data[best.cell.y * map.shape[2] + best.cell.x];
    if (window) {
      expect(maximum).toEqual(maps.centerMaximum);
      expect(peaks?.data.filter((value) => value > 0)).toHaveLength(explanation.views[0].peaks);
      expect(at(peaks)).toBe(best.value);
    } else {
      expect(at(weighted)).toBe(Math.max(...(weighted?.data ?? [])));
    }
    expect(() => keypointRanking(decoding, maps, { person: 9, keypoint: 0 })).toThrow(
      /^keypointRanking: expected/,
    );
  });
});

/** Addresses that cannot be meant as they stand there. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../../support/required.ts";
import { chromiumPath, Site } from "../page.ts";

describe.skipIf(!chromiumPath && mayBeLeftOut)("an address", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  const detected = (page: Page) =>
    page
      .getByRole("status")
      .filter({ hasText: /detection/ })
      .waitFor();
  const notes = (page: Page) => page.locator(".address-notes p").allInnerTexts();

  test("that is wrong throughout gets a note for each part and the defaults, and the page stays usable", async () => {
    const wrong = "image=nothere.jpg&model=x&backend=nonsense&size=7&score=9&threads=0&fuse=maybe&scales=1,1";
    const { page, faults } = await site.visit(`detect?${wrong}`);
    await detected(page);
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(3);
    const texts = await notes(page);
    for (const part of [
      'image is "nothere.jpg": expected one of people.jpg',
      'model is "x": expected the name of a model. movenet-multipose is used',
      'backend is "nonsense": expected one of auto, wgsl, wasm',
      'size is "7": expected multiples of 32 for movenet-multipose',
      'score is "9": expected a number from 0 to 1. What reaches 0.2 is shown.',
      'threads is "0": expected a whole number from 1 to 64',
      'fuse is "maybe": expected true or false',
      'scales is "1,1": expected a list of 1 to 10 different numbers',
    ]) {
      expect(
        texts.filter((text) => text.includes(part)),
        part,
      ).toHaveLength(1);
    }
    await page.getByRole("button", { name: "Dismiss" }).click();
    expect(await notes(page)).toEqual([]);
    expect(new URL(page.url()).hash).toBe("#detect");
    expect(faults).toEqual([]);
  });

  test("is noted in every view, also if it is of no view or of an image that only the user has", async () => {
    const { page, faults } = await site.visit("elsewhere?backend=nonsense&image=own-2&model=x%e0%80%ae");
    await page.getByText(/never part of an address/).waitFor();
    expect(await notes(page)).toHaveLength(3);
    expect((await notes(page))[0]).toContain('the view is "elsewhere": expected one of detect, network');
    for (const view of ["network", "decode", "triplets", "compare", "load"]) {
      await page.evaluate((name) => {
        location.hash = location.hash.replace(/\w+/, name);
      }, view);
      await page.getByRole("link", { name: "take the sample" }).waitFor();
      expect(await notes(page)).toHaveLength(2);
    }
    await page.getByRole("link", { name: "take the sample" }).click();
    await detected(page);
    expect(faults).toEqual([]);
  });

  test("with settings of one view that cannot be meant gets a note for each, and the view its defaults", async () => {
    const { page, faults } = await site.visit("load");
    for (const [hash, parts] of WRONG_IN_VIEWS) {
      await page.evaluate((wrong) => {
        location.hash = wrong;
      }, hash);
      const view = page.locator(".view-notes p");
      await expect.poll(() => view.count(), { message: hash }).toBe(parts.length);
      const texts = await view.allInnerTexts();
      expect(texts.map((text) => parts.some((part) => text.includes(part)))).not.toContain(false);
      await page.locator(".view-notes").getByRole("button", { name: "Dismiss" }).click();
      await expect.poll(() => view.count(), { message: hash }).toBe(0);
    }
    expect(new URL(page.url()).hash).toBe("#compare?model=movenet-lightning");
    expect(faults).toEqual([]);
  });

  test("of what only another page has says where to choose it", async () => {
    const { page, faults } = await site.visit("detect?model=centernet-104");
    await page
      .getByText(
        "centernet-104: expected weights beside this page, got none. Open a file of them in the view Load.",
      )
      .waitFor();
    await page.evaluate(() => {
      location.hash = "detect?labels=5";
    });
    await page.getByText("labels: expected a file that was chosen on this page").waitFor();
    await page.evaluate(() => {
      location.hash = "compare?image=own-2";
    });
    await page.getByText("Choose the image that both run on.").waitFor();
    expect(await page.getByRole("button", { name: "Compare", exact: true }).count()).toBe(0);
    await page.getByRole("link", { name: "take the sample" }).click();
    await page.getByText(/All \d+ layers/).waitFor();
    expect(faults).toEqual([]);
  });

  test("with options that belong to others is noted: of the model, and of the backend", async () => {
    const { page } = await site.visit(
      "detect?model=movenet-lightning&size=256&flip=true&backend=cpu&build=plain",
    );
    await expect.poll(() => notes(page).then(({ length }) => length)).toBe(3);
    const texts = (await notes(page)).join("\n");
    expect(texts).toContain('size is "256": expected 192x192, its only size for movenet-lightning');
    expect(texts).toContain('flip is "true": expected a model that supports it, not movenet-lightning');
    expect(texts).toContain('build is "plain": expected a backend that has this option, not cpu');
  });

  test("restores model, score and image; back and forward lead through what was chosen", async () => {
    const { page, faults } = await site.visit("detect?model=movenet-lightning&score=0.1&image=astronaut.jpg");
    await detected(page);
    const model = page.getByRole("combobox", { name: "Model" });
    const sample = page.getByRole("combobox", { name: "Sample" });
    expect(await model.inputValue()).toBe("movenet-lightning");
    expect(await page.getByRole("slider", { name: /Score/ }).inputValue()).toBe("0.1");
    expect(await sample.inputValue()).toBe("astronaut.jpg");
    await sample.selectOption("cat.jpg");
    await model.selectOption("movenet-multipose");
    await page.goBack();
    await expect.poll(() => model.inputValue()).toBe("movenet-lightning");
    expect(await sample.inputValue()).toBe("cat.jpg");
    await page.goBack();
    await expect.poll(() => sample.inputValue()).toBe("astronaut.jpg");
    await page.goForward();
    await expect.poll(() => sample.inputValue()).toBe("cat.jpg");
    await detected(page);
    expect(faults).toEqual([]);
  });
});

const WRONG_IN_VIEWS: readonly (readonly [hash: string, notes: readonly string[]])[] = [
  [
    "network?model=movenet-lightning&layer=backbone.block4.add&channel=32&scale=x&order=&color=blue&cell=1",
    [
      'scale is "x": expected one of layer, channel, percentiles, symmetric. The scale is chosen to fit.',
      'order is "": expected one of number, mean, max, deviation',
      'color is "blue": expected one of family, time, multiplyAdds, zeros, error',
      'channel is "32": expected a channel from 0 to 31. None is opened.',
      'cell is "1": expected a column and a row of the map, as in 3,5',
    ],
  ],
  [
    "decode?model=movenet-lightning&step=foo&peak=0&keypoint=x&cell=1,-1",
    [
      'step is "foo": expected one of heatmap, weighted, ',
      'peak is "0": expected the place of a peak in the table, from 1. The first is followed.',
      'keypoint is "x": expected the place of a keypoint',
      'cell is "1,-1": expected a column and a row',
    ],
  ],
  [
    "triplets?model=movenet-lightning&pool=x&at=24,0&on=x&embedding=5&small=2&large=11",
    [
      'pool is "x": expected one of ',
      'at is "24,0": expected a column to 23 and a row to 13',
      'on is "x": expected one of kites, image. The kites are shown.',
      'embedding is "5": expected a number from 0 to 4. 0.5 is used.',
      'small is "2": expected an odd number from 1 to 9. 3 is used.',
      'large is "11": expected an odd number from 1 to 9. 5 is used.',
    ],
  ],
  [
    "compare?model=movenet-lightning&a=x&b=wasm,fast&with=x",
    [
      'a is "x": expected a backend, then what of plain, relaxed, exact, unfused it has, as in wasm,plain. A is wasm.',
      'b is "wasm,fast": expected a backend',
      'with is "x": expected one of run, golden, tensors. B is another run.',
    ],
  ],
];

/**
 * `npm run pictures`: the README's pictures, taken of the demo's own story in a real browser (Debian's `chromium`), in the light and in the
 * dark. They show what Waybill wrote, on the stand-in's pages: nothing in them is drawn by hand.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import type { Narrator } from "../src/cli/demo/narrator.ts";
import { openScene } from "../src/cli/demo/scene.ts";
import { playStory } from "../src/cli/demo/story.ts";

const FOLDER = join(import.meta.dirname, "..", "docs", "pictures");
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SCHEMES = ["light", "dark"] as const;
const WIDTH = 860;
const MARGIN = 16;
/** Taller pictures push the rest of the README out of sight. */
const TALLEST = 900;

/** The step of the story after which a picture is taken, and the parts of the page that it shows, first to last. */
const PICTURES: Readonly<Record<string, readonly string[]>> = {
  notice: ["h1.title", "#top"],
  // The step's address names the comment.
  receipt: ["article:target"],
};

async function main(): Promise<void> {
  if (!existsSync(CHROMIUM))
    throw new Error(`there is no ${CHROMIUM}: install Debian's chromium, or set CHROMIUM`);
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const scene = await openScene(
    { once: false, json: true, faults: null, repo: null },
    new AbortController().signal,
  );
  const taken: Promise<void>[] = [];
  try {
    // The story pauses after each step, as for somebody who watches: that is when the pictures are taken.
    const held = await playStory(scene, photographer(browser, taken), false);
    await Promise.all(taken);
    if (!held) throw new Error("a step of the story did not hold");
  } finally {
    await scene.close(false);
    await browser.close();
  }
}

function photographer(browser: Browser, taken: Promise<void>[]): Narrator {
  return {
    say: () => {},
    begin: (title) => void process.stdout.write(`${title}\n`),
    end({ step, ok, detail }, look) {
      if (!ok) process.stderr.write(`${step}: ${detail}\n`);
      if (ok && look !== undefined && Object.hasOwn(PICTURES, step))
        for (const scheme of SCHEMES) taken.push(take(browser, step, look, scheme));
    },
  };
}

async function take(
  browser: Browser,
  step: string,
  address: string,
  scheme: (typeof SCHEMES)[number],
): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 900 },
    colorScheme: scheme,
    deviceScaleFactor: 2,
  });
  await page.goto(address, { waitUntil: "load" });
  // The address may have scrolled to a comment, and boxes are counted from the top of what is seen.
  await page.evaluate("scrollTo(0, 0)");
  const boxes = [];
  for (const selector of PICTURES[step] ?? []) {
    const box = await page.locator(selector).boundingBox();
    if (box !== null) boxes.push(box);
  }
  const top = Math.min(...boxes.map(({ y }) => y)) - MARGIN;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + MARGIN;
  const height = Math.min(bottom - top, TALLEST);
  await page.screenshot({
    path: join(FOLDER, `${step}-${scheme}.png`),
    clip: { x: 0, y: Math.max(0, top), width: WIDTH, height },
    fullPage: true,
  });
  await page.close();
}

await main();

/** When enough of the environments before have a release. */
import { describe, expect, it } from "vitest";
import { enoughOf, lackingOf, neededOf } from "../../src/core/after.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";
import { id } from "./given-road.ts";

const CONFIG = `environments:
  east: {}
  west: { after: [] }
  south: { after: [] }
  prod: { promote: auto, after: { atLeast: 2, of: [east, west, south] } }
`;

const tag: WaybillEvent = {
  type: "ReleaseTagged",
  at: NOON,
  release: { version: "1.5.0", tag: "v1.5.0", sha: sha("b2"), prerelease: false },
  notes: notes(sha("b2"), 2),
  plans: plansFor(CONFIG),
};

function delivered(environment: string): WaybillEvent {
  return {
    type: "EnvironmentDelivered",
    at: NOON + 60_000,
    environment,
    version: "1.5.0",
    sha: sha("b2"),
    url: null,
    promotionId: id("c1"),
    last: false,
  };
}

describe("what an environment comes after", () => {
  const after = ["east", "west", "south"];

  it.each([
    ["all", {}, [3, "east west south", "west south", "south", ""]],
    ["at least two", { afterAtLeast: 2 }, [2, "east west south", "west south", "", ""]],
    ["any", { afterAtLeast: 1 }, [1, "east west south", "", "", ""]],
  ])("of three environments %s", (_words, more, expected) => {
    const place = { after, ...more };
    const lacking = [0, 1, 2, 3].map((count) =>
      lackingOf(place, (name) => after.indexOf(name) < count).join(" "),
    );
    expect([neededOf(place), ...lacking]).toEqual(expected);
  });

  it("is nothing at the pipeline's beginning: that is always enough", () => {
    expect(enoughOf({ after: [] }, () => false)).toBe(true);
  });
});

describe("promote: auto", () => {
  const asked = (...events: WaybillEvent[]) =>
    givenRepository()
      .when(...events)
      .all("tellLane")
      .map((one) => one.environment);

  it("goes as soon as so many of those before have the release as the config says, and once", () => {
    expect(asked(tag, delivered("south"))).toEqual([]);
    expect(asked(tag, delivered("south"), delivered("east"))).toEqual(["prod"]);
    expect(asked(tag, delivered("south"), delivered("east"), delivered("west"))).toEqual([]);
  });
});

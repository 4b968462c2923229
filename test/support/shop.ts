/** A shop with one environment, and what people do there by GitHub's own pages. Imports nothing of the test runner. */
import type { Story } from "./story.ts";

/** One environment, two components, nothing that is asked: what is left is the dispatching. `prod` holds further lines. */
export function prodConfig(prod = ""): string {
  return `components:
  api: { workflow: deploy.yml }
  web: { workflow: deploy.yml, needs: [api] }
environments:
  prod:
    inputs: { region: us-east-1 }
${prod}`;
}

/** Acts as a person would in GitHub's pages, by their own token. */
export async function actAs(
  story: Pick<Story, "sandbox" | "shop">,
  login: string,
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  const answer = await fetch(`${story.sandbox.url}/api/v3/repos/acme/shop/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${story.sandbox.user(login).token()}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** Starts the deployment workflow as a person does in GitHub's pages: for prod, on a tag or a branch. Answers the run's id. */
export async function dispatchByHand(
  story: Pick<Story, "sandbox" | "shop">,
  login: string,
  inputs: Readonly<Record<string, string>>,
  ref = "main",
): Promise<number> {
  const sha = story.shop.sha(ref) ?? "";
  const all = { environment: "prod", component: "api", version: "1.6.0", sha, ...inputs };
  await actAs(story, login, "POST", "actions/workflows/deploy.yml/dispatches", { ref, inputs: all });
  return story.shop.runs().at(-1)?.id ?? 0;
}

/** Uploads a file to the release (or the draft) of a tag, as `gh release upload` does. */
export async function uploadAsset(
  story: Pick<Story, "sandbox" | "shop">,
  login: string,
  tag: string,
  name: string,
): Promise<number> {
  const release = story.shop.releases().find(({ tagName }) => tagName === tag);
  const path = `/api/uploads/repos/${story.shop.fullName}/releases/${release?.id ?? 0}/assets?name=${name}`;
  const answer = await fetch(`${story.sandbox.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${story.sandbox.user(login).token()}`,
      "content-type": "application/octet-stream",
    },
    body: `this is ${name}`,
  });
  return answer.status;
}

/** What the services that the config names say of a promotion. They are asked at the same time. */
import { questionTo, readReply, type ExternalFacts } from "../../core/gates/external.ts";
import type { Looker } from "./index.ts";

export const seeExternal: Looker<ExternalFacts> = async ({ client, askGate, clock }, question) => {
  const services = question.plan.environment.gates?.external ?? [];
  const { installation, repository, owner, repo } = client;
  const asking = { place: `${installation} ${repository}`, repository: `${owner}/${repo}` };
  const answers = services.map(async (service) => {
    const request = questionTo(service, question, asking);
    const first = await askGate(request);
    // Once more at once: the next look is minutes away.
    const reply = first.kind === "silent" ? await askGate(request) : first;
    return readReply(service.name, reply, clock.now());
  });
  return { answers: await Promise.all(answers) };
};

/** What can be wrong on GitHub, and on the way there and back. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import {
  closedPort,
  deliver,
  deliverTo,
  elsewhere,
  hookWith,
  WITHOUT_GITHUB,
  type Defect,
} from "./doctor-given.ts";
import { selfSigned } from "../probe/certificate.ts";
export const DEFECTS_ON_GITHUB: readonly Defect[] = [
  // Time
  {
    name: "the clock is 40 s behind",
    plant: ({ story }) => story.sandbox.clock.advance(40_000),
    turns: { clock: "warning" },
    says: /(39|40|41) s behind.*NTP/,
  },
  {
    name: "the clock is two minutes ahead",
    plant: ({ story }) => story.sandbox.clock.advance(-120_000),
    turns: { clock: "problem" },
    says: /1(19|20|21) s ahead.*NTP/,
  },
  // The way to GitHub
  {
    name: "GitHub's name cannot be resolved",
    plant: ({ env }) => Object.assign(env, { GHE_HOST: "github.invalid", GHE_PROTOCOL: "https" }),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /cannot be resolved.*name servers/,
  },
  {
    name: "nothing listens where GitHub should be",
    plant: async ({ env }) => void (env["GHE_HOST"] = `127.0.0.1:${await closedPort()}`),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /No connection.*ECONNREFUSED/,
  },
  {
    name: "GitHub's host does not speak TLS",
    plant: ({ env }) => void (env["GHE_PROTOCOL"] = "https"),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /certificate is not trusted.*NODE_EXTRA_CA_CERTS/,
  },
  {
    name: "GitHub's certificate is not trusted",
    plant: async ({ env, closing }) => {
      const server = createServer(selfSigned("github.invalid"));
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      closing.push(() => new Promise((resolve) => void server.close(resolve)));
      const { port } = server.address() as AddressInfo;
      Object.assign(env, { GHE_HOST: `127.0.0.1:${port}`, GHE_PROTOCOL: "https" });
    },
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /certificate is not trusted.*SELF_SIGNED.*NODE_EXTRA_CA_CERTS/,
  },
  {
    name: "GitHub never answers",
    plant: ({ story }) =>
      story.sandbox.faults.add({ route: "GET /meta", kind: "timeout-before", actor: "any" }),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /does not answer in time.*firewall/,
  },
  {
    name: "something else answers as GitHub",
    plant: async (all) =>
      void (all.env["GHE_HOST"] = await elsewhere(
        all,
        (_, response) => void response.end("<h1>Sign in</h1>"),
      )),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /not GitHub answers.*proxy/,
  },
  {
    name: "a proxy is set that Node does not use",
    plant: ({ env }) =>
      Object.assign(env, {
        HTTPS_PROXY: "http://proxy.invalid:3128",
        GHE_HOST: "github.invalid",
        GHE_PROTOCOL: "https",
      }),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /HTTPS_PROXY is set.*NODE_USE_ENV_PROXY=1/,
  },
  {
    name: "GitHub is down",
    plant: ({ story }) =>
      story.sandbox.faults.add({ route: "GET /meta", kind: { status: 503 }, times: null, actor: "any" }),
    turns: { github: "problem", ...WITHOUT_GITHUB },
    says: /answers with 503.*try again/,
  },
  // What the App may do
  {
    name: "the App lacks a permission",
    plant: ({ story }) =>
      story.sandbox.setApp({ permissions: { ...readManifest().permissions, actions: "read" } }),
    turns: { permissions: "problem" },
    says: /lacks actions: write\..*\/organizations\/waybill-makers\/settings\/apps\/waybill\/permissions/,
  },
  {
    name: "the App may do more",
    plant: ({ story }) =>
      story.sandbox.setApp({ permissions: { ...readManifest().permissions, administration: "write" } }),
    turns: { permissions: "warning" },
    says: /more than Waybill needs: administration: write/,
  },
  {
    name: "the App is not told of an event",
    plant: ({ story }) =>
      story.sandbox.setApp({ events: readManifest().events.filter((event) => event !== "push") }),
    turns: { events: "problem" },
    says: /not told of push\..*Subscribe/,
  },
  {
    name: "the App is told of more",
    plant: ({ story }) => story.sandbox.setApp({ events: [...readManifest().events, "star"] }),
    turns: { events: "warning" },
    says: /more than Waybill uses: star/,
  },
  // Installations
  {
    name: "an owner has not accepted a permission",
    plant: ({ story }) =>
      story.sandbox.setInstallation("acme/shop", {
        permissions: { ...readManifest().permissions, deployments: "read" },
      }),
    turns: { installation: "problem" },
    says: /acme \(selected repositories\): not accepted yet: deployments: write.*accept.*settings\/installations/,
  },
  {
    name: "an installation is suspended",
    plant: ({ story }) => story.sandbox.suspend("acme/shop"),
    turns: { installation: "problem" },
    says: /suspended since.*unsuspend/,
  },
  {
    name: "the App is installed nowhere",
    plant: ({ story }) => story.sandbox.uninstall("acme/shop"),
    turns: { installations: "warning" },
    says: /installed nowhere/,
  },
  {
    name: "the installation that was asked for is not there",
    plant: (all) => void (all.installation = 1),
    turns: { installation: "problem" },
    says: /no installation of this number/,
  },
  // Webhooks
  {
    name: "the webhook has no URL",
    plant: ({ story }) => story.sandbox.setWebhook(null),
    turns: { hook: "problem" },
    says: /no webhook URL.*\/api\/github\/webhooks/,
  },
  {
    name: "the webhook is not https",
    plant: (all) => hookWith(all, { url: "http://waybill.example/api/github/webhooks" }),
    turns: { hook: "problem" },
    says: /not https/,
  },
  {
    name: "the webhook's path is another",
    plant: (all) => hookWith(all, { url: `${all.story.waybillUrl}/` }),
    turns: { hook: "problem" },
    says: /answers at \/api\/github\/webhooks only/,
  },
  {
    name: "the webhook is form-encoded",
    plant: (all) => hookWith(all, { contentType: "form" }),
    turns: { hook: "problem" },
    says: /application\/json/,
  },
  {
    name: "the webhook's certificate is not checked",
    plant: (all) => hookWith(all, { insecureSsl: true }),
    turns: { hook: "problem" },
    says: /Enable SSL verification/,
  },
  {
    name: "GitHub has no secret",
    plant: (all) => hookWith(all, { secret: "" }),
    turns: { hook: "problem" },
    says: /nothing is signed/,
  },
  {
    name: "deliveries are signed with another secret",
    plant: async (all) => {
      hookWith(all, { secret: "another" });
      await deliver(all);
    },
    turns: { deliveries: "problem" },
    says: /1 of the last .*401: the secrets differ.*same secret/,
  },
  {
    name: "deliveries find no such path",
    plant: (all) => deliverTo(all, 404),
    turns: { deliveries: "problem" },
    says: /404: the path.*Correct the webhook URL/,
  },
  {
    name: "deliveries make the server fail",
    plant: (all) => deliverTo(all, 500),
    turns: { deliveries: "problem" },
    says: /500.*log/,
  },
  {
    name: "deliveries find no server",
    plant: async (all) => {
      hookWith(all, { url: `http://127.0.0.1:${await closedPort()}/api/github/webhooks` });
      await deliver(all);
    },
    turns: { deliveries: "problem" },
    says: /could not reach the server.*firewall/,
  },
  {
    name: "a delivery failed, and newer ones arrived",
    plant: async (all) => {
      await deliverTo(all, 502);
      hookWith(all, {});
      await deliver(all);
    },
    turns: { deliveries: "warning" },
    says: /502.* arrived\./,
  },
  {
    name: "a delivery sent again does not arrive",
    plant: (all) => {
      all.ping = true;
      hookWith(all, { secret: "another" });
    },
    turns: { ping: "problem", deliveries: undefined },
    says: /sent again failed.*401/,
  },
];

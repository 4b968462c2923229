/** A GitHub that talks too much: everything goes through to the stand-in, but where it is told to, it answers with the token that it was sent. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

export interface EchoingGitHub {
  /** For `startStory`'s `betweenGitHub`. */
  readonly between: (host: string) => Promise<string>;
  /** The credentials that were sent, without `token ` and `Bearer `. */
  readonly sent: Set<string>;
  /** The next so many calls whose `METHOD /path` fits are refused with this status, and with their own credentials in the words. */
  echo(call: RegExp, status: number, times?: number): void;
  /** Everything goes through again. */
  hush(): void;
}

export function createEchoingGitHub(): EchoingGitHub {
  const sent = new Set<string>();
  const rules: { call: RegExp; status: number; times: number }[] = [];
  let target = "";
  // What the stand-in breaks off, breaks off here too.
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const credential = (request.headers.authorization ?? "").replace(/^(token|bearer) /i, "");
    sent.add(credential);
    const call = `${request.method} ${request.url}`;
    const rule = rules.find((one) => one.times > 0 && one.call.test(call));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (rule !== undefined) {
      rule.times -= 1;
      const message = `Bad token ${credential} (Authorization: token ${credential}; https://x-access-token:${credential}@github.com/)`;
      response.writeHead(rule.status, { "content-type": "application/json", "x-request-token": credential });
      response.end(
        JSON.stringify({ message, documentation_url: `https://docs.github.com/?token=${credential}` }),
      );
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(`http://${target}${request.url}`, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const {
      "content-encoding": _encoding,
      "content-length": _length,
      "transfer-encoding": _transfer,
      connection: _kept,
      ...passed
    } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, passed);
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
  return {
    sent,
    echo: (call, status, times = 1) => void rules.push({ call, status, times }),
    hush: () => void rules.splice(0),
    between: async (host) => {
      target = host;
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      onTestFinished(() => {
        server.close();
        server.closeAllConnections();
      });
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("the proxy has no port");
      return `127.0.0.1:${address.port}`;
    },
  };
}

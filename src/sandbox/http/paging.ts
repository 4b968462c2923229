import { apiUrl } from "../views/accounts.ts";
import type { Context, Reply } from "./context.ts";

export interface Page {
  page: number;
  perPage: number;
}

/** `page` and `per_page` as GitHub reads them: 30 a page, at most 100, nonsense ignored. */
export function pageOf(query: URLSearchParams, usual = 30, maximum = 100): Page {
  const number = (name: string, fallback: number): number => {
    const value = Number(query.get(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  return { page: number("page", 1), perPage: Math.min(number("per_page", usual), maximum) };
}

/** One page of a list. */
export function slicePage<T>(items: readonly T[], { page, perPage }: Page): T[] {
  return items.slice((page - 1) * perPage, page * perPage);
}

/** Source: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function linkHeader(context: Context, total: number, { page, perPage }: Page): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / perPage));
  const link = (number: number, name: string): string => {
    const query = new URLSearchParams(context.query);
    query.set("page", String(number));
    return `<${apiUrl(context.world)}${context.path}?${query.toString()}>; rel="${name}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return links.length > 0 ? { link: links.join(", ") } : {};
}

/** A page of a list as a JSON array. */
export function listReply<T>(context: Context, items: readonly T[], view: (item: T) => unknown): Reply {
  const page = pageOf(context.query);
  const headers = linkHeader(context, items.length, page);
  return { status: 200, body: slicePage(items, page).map(view), headers };
}

/** A page of a list within an object, with the whole's count. */
export function countedReply<T>(
  context: Context,
  name: string,
  items: readonly T[],
  view: (item: T) => unknown,
): Reply {
  const reply = listReply(context, items, view);
  return { ...reply, body: { total_count: items.length, [name]: reply.body } };
}

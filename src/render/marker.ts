/**
 * Markers: hidden lines by which Waybill finds its own texts again. A marker is worth only as much as its author: whoever looks for one must also
 * check that our App wrote the text.
 */

export interface Marker {
  readonly kind: string;
  readonly id: string;
}

const KIND = /^[a-z](?:-?[a-z0-9]){0,39}$/;
const ID = /^[A-Za-z0-9](?:[-._/@+]?[A-Za-z0-9]){0,199}$/;
const MARKER = /^<!-- waybill:([a-z0-9-]{1,80}):([A-Za-z0-9._/@+-]{1,400}) -->$/;

/** The hidden line `<!-- waybill:kind:id -->`. Throws on a kind or id that could end the comment or be read in two ways. */
export function marker(kind: string, id: string | number): string {
  const text = String(id);
  if (!KIND.test(kind)) throw new Error(`not a marker's kind: ${kind.slice(0, 80)}`);
  if (!ID.test(text)) throw new Error(`not a marker's id: ${text.slice(0, 80)}`);
  return `<!-- waybill:${kind}:${text} -->`;
}

/** The marker that stands alone on the first or the last line of a body; null for none. Anywhere else it is somebody's text. */
export function findMarker(body: string): Marker | null {
  const text = body.trim();
  const first = text.split("\n", 1)[0] ?? "";
  const last = text.slice(text.lastIndexOf("\n") + 1);
  return markerOf(first) ?? markerOf(last);
}

function markerOf(line: string): Marker | null {
  const [, kind, id] = MARKER.exec(line.trimEnd()) ?? [];
  return kind !== undefined && id !== undefined && KIND.test(kind) && ID.test(id) ? { kind, id } : null;
}

type Search = Record<string, unknown>;

/** `?status=waiting&status=error&q=docs`: plain words, a repeated key for several. Each page's route checks what it reads. */
export function parseSearch(text: string): Search {
  const search: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = Object.hasOwn(search, key) ? search[key]! : null;
    search[key] = before === null ? value : [before, value].flat();
  }
  return search;
}

export function stringifySearch(search: Search): string {
  const text = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null) continue;
    for (const each of [value].flat()) text.append(key, String(each));
  }
  const written = text.toString();
  return written === '' ? '' : `?${written}`;
}

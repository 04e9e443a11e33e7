/** RFC 6266: `filename*` has the name in full. */
export function nameIn(disposition: string): string | null {
  const full = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (full) return decodeURIComponent(full);
  return /filename="([^"]+)"/i.exec(disposition)?.[1] ?? null;
}

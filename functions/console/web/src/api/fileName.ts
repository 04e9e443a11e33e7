// The name that a server gives a file: RFC 6266, with the extended form of RFC 8187 first.

export function fileName(disposition: string | null): string {
  const extended = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(disposition ?? "")?.[1];
  if (extended) {
    try {
      return decodeURIComponent(extended.trim());
    } catch {
      // A name that is no proper encoding: the plain one stands beside it.
    }
  }
  return /filename="((?:[^"\\]|\\.)*)"/.exec(disposition ?? "")?.[1]?.replace(/\\(.)/g, "$1") ?? "";
}

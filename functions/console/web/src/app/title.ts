// What the browser's tab says: the part, then the product.
import { useEffect } from "react";

export function useTitle(name: string): void {
  useEffect(() => {
    document.title = name ? `${name} · Freshet` : "Freshet";
  }, [name]);
}

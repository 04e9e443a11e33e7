// Where the API is: the console is served by it, so it is found from the console's own address.

/** Ends with a slash. Built scripts are in `assets/` below the API's root, whatever stage or path that has. */
export const API = import.meta.env.DEV ? `${location.origin}/` : new URL("..", import.meta.url).href;

// Two pages of one application. Every link is relative: the API may be served below a stage (`/prod/`).
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// In one file what every part needs: a file is a request, and a request may be a cold start.
const SHARED =
  /src\/(api|app|language|session\/(?!oidc)|ui\/(?!Markdown))|node_modules\/(react|react-dom|scheduler|wouter|regexparam|@tanstack|openapi-fetch|eventsource-parser|lucide-react)\//;
const freshet = process.env.FRESHET_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: script or style
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: page("./index.html"), debug: page("./pages/debug.html") },
      output: { codeSplitting: { groups: [{ name: "shared", test: SHARED }] } },
    },
  },
  // `npm run dev` shows changes at once; the API is that of a Freshet that runs beside it.
  server: {
    proxy: Object.fromEntries(["/api", "/v1", "/health", "/config.json"].map((path) => [path, freshet])),
  },
});

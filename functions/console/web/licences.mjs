// Puts the licences of the packages that pages are made of beside the pages: most of them ask for that. Vite can list
// what it bundles, but not what it bundles for a worker; so these are all that the lock has for more than development.
import { readdir, readFile, writeFile } from "node:fs/promises";

const here = (path) => new URL(path, import.meta.url);
const { packages } = JSON.parse(await readFile(here("package-lock.json"), "utf8"));
const texts = new Map(); // by name and version: a package may be there twice
for (const [path, { version, license, dev }] of Object.entries(packages)) {
  if (!path || dev) continue;
  const files = (await readdir(here(path)))
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort();
  const written = await Promise.all(files.map((name) => readFile(here(`${path}/${name}`), "utf8")));
  const title = `${path.split("node_modules/").at(-1)} ${version} (${license})`;
  texts.set(title, [title, ...written.map((text) => text.trim())].join("\n\n"));
}
const inOrder = [...texts.keys()].sort().map((title) => texts.get(title));
await writeFile(here("dist/assets/licences.txt"), `${inOrder.join(`\n\n${"-".repeat(80)}\n`)}\n`);

// Bundles the packages that the explorer stands on into ../static/explorer/vendor: one module, one style sheet, two
// fonts, their licences, and a record of what they were made from, which the tests hold the committed files to.
// The same lock file gives the same bytes.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const TARGET = new URL("../static/explorer/vendor/", import.meta.url);
const HERE = new URL("./", import.meta.url);
const SOURCES = ["package-lock.json", "entry.mjs", "build.mjs"];
const FONTS = {
  "inter.woff2": "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "jetbrains-mono.woff2": "node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};
// Packages without a licence file, and one of the same authors under the same licence that has it.
const LICENSE_OF = {
  "@graphiql/plugin-doc-explorer": "graphiql",
  "@graphiql/plugin-history": "graphiql",
  "react-compiler-runtime": "react",
  "react-remove-scroll-bar": "react-remove-scroll",
  "toggle-selection": "copy-to-clipboard",
};

// GraphiQL's style sheet carries 360 KB of fonts; the page has its own.
const withoutFonts = {
  name: "without-fonts",
  setup(bundler) {
    bundler.onLoad({ filter: /graphiql\/dist\/style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

// The editor of variables takes `= false` for no default, and marks what leaves such a field out.
const DEFAULTS = ["!field.defaultValue)", "field.defaultValue === undefined)"];
const withFalsyDefaults = {
  name: "with-falsy-defaults",
  setup(bundler) {
    bundler.onLoad({ filter: /codemirror-graphql\/.*variables\/lint(\.esm)?\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes(DEFAULTS[0])) throw new Error(`${path} is not as it was; is the correction still needed?`);
      return { contents: text.replace(...DEFAULTS), loader: "js" };
    });
  },
};

function packageOf(path) {
  const parts = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length).split("/");
  return parts[0].startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

function licenseOf(name) {
  const folder = new URL(`node_modules/${LICENSE_OF[name] ?? name}/`, HERE);
  const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
  if (!file) throw new Error(`${name} has no licence file; name a package that has it in LICENSE_OF.`);
  return readFileSync(new URL(file, folder), "utf8").trim().replaceAll("\r\n", "\n");
}

function licenses(names) {
  const kinds = new Map();
  for (const name of [...names].sort()) {
    const { version, license } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, HERE)));
    const text = licenseOf(name);
    kinds.set(text, [...(kinds.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...kinds].map(([text, packages]) => `${packages.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

const digest = (url) => createHash("sha256").update(readFileSync(url)).digest("hex");
const digests = (names, folder) => Object.fromEntries(names.map((name) => [name, digest(new URL(name, folder))]));

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
const { metafile } = await build({
  entryPoints: { libraries: "entry.mjs" },
  absWorkingDir: HERE.pathname,
  outdir: TARGET.pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none", // they stand in LICENSES.txt
  metafile: true,
  plugins: [withoutFonts, withFalsyDefaults],
  logLevel: "warning",
});
for (const [name, path] of Object.entries(FONTS)) copyFileSync(new URL(path, HERE), new URL(name, TARGET));
const used = [...Object.keys(metafile.inputs), ...Object.values(FONTS)].filter((path) => path.includes("node_modules/"));
writeFileSync(new URL("LICENSES.txt", TARGET), licenses(new Set(used.map(packageOf))));
const made = readdirSync(TARGET).sort();
const record = { from: digests(SOURCES, HERE), made: digests(made, TARGET) };
writeFileSync(new URL("built.json", TARGET), `${JSON.stringify(record, null, 2)}\n`);

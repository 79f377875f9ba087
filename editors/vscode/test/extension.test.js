// The compiled extension with the real vscode-languageclient and the real server; only VS Code itself is a stand-in.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");

const { register } = require("./vscode");

const program = process.env.GILLINT ?? "gillint";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gillint-vscode-"));
const document = {
  path: path.join(folder, "work.py"),
  text: [
    "import json",
    "from concurrent.futures import ThreadPoolExecutor",
    "",
    "def parse(path):",
    "    with open(path) as lines:",
    "        return [json.loads(line) for line in lines]",
    "",
    "def parse_all(paths):",
    "    with ThreadPoolExecutor(8) as pool:",
    "        return list(pool.map(parse, paths))",
    "",
  ].join("\n"),
};
fs.writeFileSync(document.path, document.text);
const settings = { "gillint.path": program, "gillint.cores": 2, "gillint.freeThreaded": null };
const { vscode, happened, text } = register({ settings, folder, document });
const extension = require("../out/extension.js");

function until(condition) {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`not within a minute: ${condition}`)), 60_000);
    const look = () => {
      const found = condition();
      if (found) {
        clearTimeout(limit);
        subscription.dispose();
        resolve(found);
      }
    };
    const subscription = happened.changed.event(look);
    look();
  });
}

test("the program is found where the setting says", () => {
  assert.equal(extension.programOf(undefined, undefined), "gillint");
  assert.equal(extension.programOf("  ", "/w"), "gillint");
  assert.equal(extension.programOf("${workspaceFolder}/.venv/bin/gillint", "/w"), "/w/.venv/bin/gillint");
});

test("a document that is open gets its diagnostics and a hover", async () => {
  const context = { subscriptions: [] };
  await extension.activate(context);
  assert.deepEqual(happened.errors, []);
  assert.ok(happened.commands.has("gillint.restart"));
  assert.ok(happened.commands.has("gillint.why"), "the server's command is known to VS Code");

  const found = await until(() => {
    const all = happened.diagnostics.get(text.uri.toString());
    return all?.length ? all : undefined;
  });
  const [finding] = found;
  assert.equal(finding.code.value ?? finding.code, "GIL101");
  assert.match(finding.message, /on 2 threads/, "the setting gillint.cores has come through");
  assert.equal(finding.range.start.line, 9);

  const token = new vscode.CancellationTokenSource().token;
  const hover = await happened.providers.hover.provideHover(text, new vscode.Position(5, 22), token);
  assert.match(JSON.stringify(hover), /json\.loads.*holds the GIL/);
  const lenses = await happened.providers.lens.provideCodeLenses(text, token);
  assert.ok(JSON.stringify(lenses).includes("GIL-bound"));
  await extension.deactivate();
});

test("a program that is not there is a message, not a crash", async () => {
  settings["gillint.path"] = path.join(folder, "nothing");
  await extension.activate({ subscriptions: [] });
  assert.match(happened.errors.at(-1), /pip install 'gillint\[lsp\]'/);
  await extension.deactivate();
});

// What the extension and vscode-languageclient use of VS Code, as far as one round trip needs it. `register` puts it in the
// place of the module "vscode", which only the desktop program has. What nobody looks at is a stand-in that takes any call.

"use strict";

const { EventEmitter } = require("node:events");
const Module = require("node:module");
const { fileURLToPath, pathToFileURL } = require("node:url");

class Disposable {
  constructor(dispose) {
    this.dispose = dispose ?? (() => {});
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class Emitter {
  #emitter = new EventEmitter().setMaxListeners(0);
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.#emitter.on("it", bound);
    return new Disposable(() => this.#emitter.off("it", bound));
  };
  fire(value) {
    this.#emitter.emit("it", value);
  }
  dispose() {
    this.#emitter.removeAllListeners();
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(start, end, endLine, endCharacter) {
    this.start = typeof start === "number" ? new Position(start, end) : start;
    this.end = typeof start === "number" ? new Position(endLine, endCharacter) : end;
  }
}

class Uri {
  constructor(text) {
    const parts = new URL(text);
    Object.assign(this, { text, scheme: parts.protocol.slice(0, -1), path: decodeURIComponent(parts.pathname) });
    this.fsPath = this.scheme === "file" ? fileURLToPath(text) : this.path;
  }
  static parse(text) {
    return new Uri(text);
  }
  static file(path) {
    return new Uri(pathToFileURL(path).href);
  }
  with() {
    return this;
  }
  toString() {
    return this.text;
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class CodeActionKind {
  constructor(value = "") {
    this.value = value;
  }
  static Empty = new CodeActionKind();
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}
for (const [name, value] of Object.entries({
  QuickFix: "quickfix", Refactor: "refactor", RefactorExtract: "refactor.extract", RefactorInline: "refactor.inline",
  RefactorRewrite: "refactor.rewrite", Source: "source", SourceOrganizeImports: "source.organizeImports",
})) {
  CodeActionKind[name] = new CodeActionKind(value);
}

class TabInputText {
  constructor(uri) {
    this.uri = uri;
  }
}

function stand_in() {
  const target = class {
    constructor(...given) {
      Object.assign(this, { given });
    }
  };
  target.dispose = () => {};
  return target;
}

const lasting = new Map();
const anything = (known) =>
  new Proxy(known, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || name === "then") {
        return target[name];
      }
      if (!lasting.has(target)) lasting.set(target, {});
      const made = lasting.get(target);
      if (/^on[A-Z]/.test(name)) return (made[name] ??= new Emitter().event);
      if (/^(register|create)/.test(name)) return () => anything({ dispose() {} });
      return (made[name] ??= stand_in());
    },
  });

/** Make a VS Code with settings, a folder and one document; what happens in it is kept in the result. */
function register({ settings, folder, document }) {
  const happened = { diagnostics: new Map(), changed: new Emitter(), errors: [], commands: new Map(), providers: {} };
  const text = {
    uri: Uri.file(document.path),
    fileName: document.path,
    languageId: "python",
    version: 1,
    isClosed: false,
    getText: () => document.text,
  };
  const below = (prefix) =>
    Object.fromEntries(
      Object.entries(settings)
        .filter(([key]) => key.startsWith(`${prefix}.`))
        .map(([key, value]) => [key.slice(prefix.length + 1), value]),
    );
  const sections = (section) => ({
    get(key, otherwise) {
      const name = section ? `${section}.${key}` : key;
      const table = below(name);
      return settings[name] ?? (Object.keys(table).length ? table : otherwise);
    },
    inspect: () => undefined,
  });
  const collections = (owner) => ({
    name: owner,
    set(uri, found) {
      happened.diagnostics.set(uri.toString(), found ?? []);
      happened.changed.fire(uri.toString());
    },
    delete: (uri) => happened.diagnostics.delete(uri.toString()),
    clear: () => happened.diagnostics.clear(),
    has: (uri) => happened.diagnostics.has(uri.toString()),
    dispose() {},
  });
  const provide = (kind) => (_selector, provider) => {
    happened.providers[kind] = provider;
    happened.changed.fire(kind);
    return new Disposable();
  };
  const tabs = { tabs: [{ input: new TabInputText(text.uri), isActive: true }] };
  const root = { uri: Uri.file(folder), name: "root", index: 0 };
  const vscode = anything({
    version: "1.91.0",
    Disposable, EventEmitter: Emitter, Position, Range, Uri, Diagnostic, CodeActionKind, TabInputText,
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    DiagnosticTag: { Unnecessary: 1, Deprecated: 2 },
    CancellationTokenSource: require("vscode-jsonrpc").CancellationTokenSource,
    env: anything({ appName: "Visual Studio Code", language: "en", appHost: "desktop" }),
    commands: anything({
      registerCommand(name, command) {
        happened.commands.set(name, command);
        return new Disposable();
      },
    }),
    languages: anything({
      createDiagnosticCollection: collections,
      match: (selector, one) => [selector].flat().some((s) => s.language === one.languageId) ? 10 : 0,
      registerHoverProvider: provide("hover"),
      registerCodeLensProvider: provide("lens"),
    }),
    window: anything({
      visibleTextEditors: [{ document: text }],
      activeTextEditor: { document: text },
      tabGroups: anything({ all: [tabs], activeTabGroup: tabs }),
      createOutputChannel: () =>
        anything({ append() {}, appendLine() {}, error() {}, info() {}, show() {}, dispose() {} }),
      showErrorMessage: async (message) => void happened.errors.push(message),
      showWarningMessage: async (message) => void happened.errors.push(message),
      showInformationMessage: async () => undefined,
    }),
    workspace: anything({
      textDocuments: [text],
      notebookDocuments: [],
      workspaceFolders: [root],
      getWorkspaceFolder: () => root,
      getConfiguration: sections,
      isTrusted: true,
      fs: anything({ isWritableFileSystem: () => true }),
      createFileSystemWatcher: () =>
        anything({ onDidCreate: new Emitter().event, onDidChange: new Emitter().event, onDidDelete: new Emitter().event, dispose() {} }),
    }),
  });
  const load = Module._load;
  Module._load = function (name, ...rest) {
    return name === "vscode" ? vscode : load.call(this, name, ...rest);
  };
  return { vscode, happened, text };
}

module.exports = { register };

// Starts `gillint server` and leaves the rest to it: all that is known of the GIL is in the server.

import { commands, ExtensionContext, window, workspace } from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(commands.registerCommand("gillint.restart", restart));
  context.subscriptions.push(
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("gillint.path")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const program = programOf(workspace.getConfiguration("gillint").get<string>("path"), firstFolder());
  const server: ServerOptions = { command: program, args: ["server"] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: "python", scheme: "file" },
      { language: "python", scheme: "untitled" },
    ],
    // The server watches the files itself; settings it asks for.
    diagnosticCollectionName: "gillint",
  };
  client = new LanguageClient("gillint", "gillint", server, options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    void window.showErrorMessage(
      `gillint: ${program} does not start (${reason}). Install it with: pip install 'gillint[lsp]', ` +
        "or say in the setting gillint.path where it is.",
    );
  }
}

function firstFolder(): string | undefined {
  return workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** The program that a setting names. */
export function programOf(setting: string | undefined, folder: string | undefined): string {
  const named = setting?.trim() || "gillint";
  return folder === undefined ? named : named.replaceAll("${workspaceFolder}", folder);
}

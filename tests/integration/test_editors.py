"""Real editors, set up as docs/editors.md says, without a screen: they open a sketch and show what the server tells."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, environment, text

pytestmark = pytest.mark.integration
pytest.importorskip("pygls")

SKETCH = text("""
    import json
    from concurrent.futures import ThreadPoolExecutor

    def parse(path):
        with open(path) as lines:
            return [json.loads(line) for line in lines]

    def parse_all(paths):
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(parse, paths))
    """)

NEOVIM = """
local function wait(what, condition)
  if not vim.wait(60000, condition, 20) then
    io.stderr:write("not in time: " .. what)
    vim.cmd("cquit 1")
  end
end
local function float()
  for _, w in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(w).relative ~= "" then return w end
  end
end
local shown = {}
wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
local found = vim.diagnostic.get(0)[1]
shown.diagnostic = { line = found.lnum, message = found.message, source = found.source }
vim.api.nvim_win_set_cursor(0, { 6, 22 })
vim.lsp.buf.hover()
wait("hover", float)
shown.hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false), "\\n")
vim.api.nvim_win_close(float(), true)
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
vim.ui.select = function(items, options, choose)
  shown.actions = {}
  for i, item in ipairs(items) do
    shown.actions[i] = options.format_item(item)
    if shown.actions[i]:find("noqa", 1, true) then choose(item, i) end
  end
end
vim.lsp.buf.code_action()
local function line() return vim.api.nvim_buf_get_lines(0, found.lnum, found.lnum + 1, false)[1] end
wait("the action", function() return line():find("noqa", 1, true) end)
shown.line = line()
wait("the diagnostics to go", function() return #vim.diagnostic.get(0) == 0 end)
vim.lsp.codelens.refresh()
wait("code lenses", function() return #vim.lsp.codelens.get(0) > 0 end)
shown.lens = vim.lsp.codelens.get(0)[1].command.title
vim.fn.writefile({ vim.json.encode(shown) }, "shown.json")
vim.cmd("qall!")
"""

EMACS = """
(defun wait-for (what test)
  (let ((end (+ (float-time) 60)))
    (while (and (not (funcall test)) (< (float-time) end)) (accept-process-output nil 0.05))
    (unless (funcall test) (message "not in time: %s" what) (kill-emacs 1))))
(setq eglot-connect-timeout 60)
(find-file "sketch.py")
(apply #'eglot (eglot--guess-contact))  ; what `eglot-ensure` does once somebody looks at the buffer
(wait-for "server" (lambda () (eglot-managed-p)))
(flymake-start)
(wait-for "diagnostics" (lambda () (flymake-diagnostics)))
(let* ((found (car (flymake-diagnostics)))
       (line (line-number-at-pos (flymake-diagnostic-beg found)))
       hover actions)
  (goto-char (point-min)) (search-forward "json.load")
  (setq hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)))
  (goto-char (flymake-diagnostic-beg found))
  (setq actions (mapcar (lambda (a) (plist-get a :title)) (eglot-code-actions (point) (point))))
  (with-temp-file "shown.json"
    (insert (json-encode `((diagnostic . ((line . ,(1- line)) (message . ,(flymake-diagnostic-text found))))
                           (hover . ,(plist-get (plist-get hover :contents) :value))
                           (actions . ,(vconcat actions)))))))
(kill-emacs 0)
"""


def setup_of(name: str) -> str:
    """What the page says to write into an editor's init file."""
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- file: {name} -->\n```\w+\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a sketch, and `gillint` on the PATH."""
    program = tmp_path / "bin" / "gillint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "home" / ".emacs.d").mkdir(parents=True)
    project = tmp_path / "project"
    project.mkdir()
    (project / "sketch.py").write_text(SKETCH, encoding="utf-8")
    (project / ".git").mkdir()
    return project


def run(folder: Path, *command: str) -> dict[str, Any]:
    env = environment()
    env |= {"PATH": f"{folder.parent / 'bin'}:{env['PATH']}", "HOME": str(folder.parent / "home")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shown: dict[str, Any] = json.loads((folder / "shown.json").read_text(encoding="utf-8"))
    return shown


def check(shown: dict[str, Any]) -> None:
    assert shown["diagnostic"]["line"] == 9
    assert "threads cannot speed this up" in shown["diagnostic"]["message"]
    assert "json.loads" in shown["hover"] and "Evidence" in shown["hover"] and "holds the GIL" in shown["hover"]
    assert "Suppress GIL101 here: # noqa" in shown["actions"]


@pytest.mark.skipif(shutil.which("nvim") is None, reason="there is no nvim here")
def test_neovim(folder: Path) -> None:
    (folder.parent / "init.lua").write_text(setup_of("init.lua"), encoding="utf-8")
    (folder.parent / "look.lua").write_text(NEOVIM, encoding="utf-8")
    init, look = (str(folder.parent / name) for name in ("init.lua", "look.lua"))
    shown = run(folder, "nvim", "--headless", "-u", init, "-i", "NONE", "sketch.py", "-S", look)
    check(shown)
    assert shown["diagnostic"]["source"] == "gillint"
    assert shown["line"].endswith("  # noqa: GIL101")
    assert re.fullmatch(r"threads 1\.0x, GIL-bound, freezes .*s", shown["lens"])


def has_eglot() -> bool:
    program = shutil.which("emacs")
    return program is not None and (
        subprocess.run(
            [program, "--batch", "--eval", "(require 'eglot)"], capture_output=True, timeout=60, check=False
        ).returncode
        == 0
    )


def test_emacs(folder: Path) -> None:
    if not has_eglot():
        pytest.skip("there is no emacs with eglot here")
    (folder.parent / "init.el").write_text(setup_of("init.el"), encoding="utf-8")
    (folder.parent / "look.el").write_text(EMACS, encoding="utf-8")
    check(run(folder, "emacs", "--batch", "-l", str(folder.parent / "init.el"), "-l", str(folder.parent / "look.el")))

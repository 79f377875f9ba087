"""Answers of the analysis as the protocol's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import converters, types

from gillint.advice.assess import Assessment
from gillint.diagnostics.span import Span
from gillint.lsp.actions import Action, LineEdit, fix_all, fix_of, suppressions
from gillint.lsp.documents import View
from gillint.lsp.hover import hover_at
from gillint.lsp.texts import Text
from gillint.report.lsp import Client, Encoding, published, range_of, units
from gillint.report.words import headline

_CONVERTER = converters.get_converter()
FIX_ALL = "source.fixAll.gillint"


def _range(span: Span, text: str, encoding: Encoding) -> types.Range:
    found = range_of(span, text, encoding)
    return types.Range(*(types.Position(found[end]["line"], found[end]["character"]) for end in ("start", "end")))


def diagnostics(view: View, client: Client) -> list[types.Diagnostic]:
    """All findings."""
    report = view.report
    return [_CONVERTER.structure(published(report, d, client), types.Diagnostic) for d in report.diagnostics]


def hover(
    view: View, position: types.Position, encoding: Encoding, kinds: list[types.MarkupKind]
) -> types.Hover | None:
    """What is said of the call at a position."""
    good, text = view.good, view.answer.text
    if good is None or good.context is None:
        return None
    line: int | None = position.line + 1
    if view.moves is not None:
        line = view.moves.back.line(position.line + 1)
    if line is None:
        return None
    found = hover_at(good.context, line, Text(text, encoding).column(position.line, position.character))
    if found is None:
        return None
    span = view.moves.span(found.span) if view.moves is not None else found.span
    if span is None:
        return None
    markdown = types.MarkupKind.Markdown in kinds
    shown = found.text if markdown else found.text.replace("**", "").replace("`", "")
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, shown), _range(span, text, encoding))


def _regions(view: View) -> Iterator[tuple[Assessment, Span]]:
    """The regions with their places now."""
    for a in view.good.report.regions if view.good is not None else ():
        span = view.moves.span(a.region.span) if view.moves is not None else a.region.span
        if span is not None:
            yield a, span


def lenses(view: View, uri: str, encoding: Encoding) -> list[types.CodeLens]:
    """A line above each region, that says how it scales; asked for more, it says why."""
    found = []
    for a, span in _regions(view):
        start = Span(span.line, span.column, span.line, span.column)
        command = types.Command(headline(a), "gillint.why", arguments=[uri, span.line - 1])
        found.append(types.CodeLens(_range(start, view.answer.text, encoding), command))
    return found


def inlay_hints(view: View, wanted: types.Range, encoding: Encoding) -> list[types.InlayHint]:
    """The same at the end of the region's first line."""
    lines = view.answer.text.split("\n")
    found = []
    for a, span in _regions(view):
        if wanted.start.line <= span.line - 1 <= wanted.end.line:
            end = types.Position(span.line - 1, units(lines[span.line - 1], encoding))
            found.append(types.InlayHint(end, headline(a), tooltip=_explained(a), padding_left=True))
    return found


def why(view: View, line: int) -> str | None:
    """Why the region that begins on a line scales as it does, and the best way out."""
    found = [a for a, span in _regions(view) if span.line - 1 == line]
    return "\n".join(map(_explained, found)) or None


def _explained(a: Assessment) -> str:
    ways = [x for x in a.advice if x.veto is None][:1]
    best = "".join(f" {x.action} {x.speedup.likely:.1f}x: {x.why}" for x in ways if x.speedup.likely is not None)
    return f"{headline(a)}: {a.explanation}{best}"


def code_actions(view: View, params: types.CodeActionParams, client: Client) -> list[types.CodeAction]:
    """What can be done about the findings of some lines."""
    if not view.answer.parses:
        return []
    text, uri = view.answer.text, params.text_document.uri
    report = view.report
    wanted = params.range
    here = [
        d for d in report.diagnostics if d.span.line - 1 <= wanted.end.line and d.span.end_line - 1 >= wanted.start.line
    ]
    found: list[types.CodeAction] = []

    def offer(action: Action) -> None:
        found.append(
            types.CodeAction(
                action.title,
                types.CodeActionKind.QuickFix,
                diagnostics=[_CONVERTER.structure(published(report, action.finding, client), types.Diagnostic)],
                is_preferred=action.preferred or None,
                edit=_workspace_edit(uri, text, action.edits, client.encoding),
            )
        )

    if _asked_for(params, types.CodeActionKind.QuickFix):
        for finding in here:
            fix = fix_of(text, finding)
            if fix is not None:
                offer(fix)
        for finding in here:
            for action in suppressions(text, finding):
                offer(action)
    if _asked_for(params, FIX_ALL):
        edits = fix_all(text, report.diagnostics)
        if edits:
            edit = _workspace_edit(uri, text, edits, client.encoding)
            found.append(types.CodeAction("Make all safe fixes of gillint", FIX_ALL, edit=edit))
    return found


def _asked_for(params: types.CodeActionParams, kind: types.CodeActionKind | str) -> bool:
    """Whether a client wants actions of a kind; a kind stands for those below it."""
    only = params.context.only
    name = kind.value if isinstance(kind, types.CodeActionKind) else kind
    values = [k.value if isinstance(k, types.CodeActionKind) else str(k) for k in only or ()]
    return not only or any(name == v or name.startswith(f"{v}.") or v == "" for v in values)


def _workspace_edit(uri: str, text: str, edits: Iterable[LineEdit], encoding: Encoding) -> types.WorkspaceEdit:
    lines = text.split("\n")
    return types.WorkspaceEdit(changes={uri: [_text_edit(lines, edit, encoding) for edit in edits]})


def _text_edit(lines: list[str], edit: LineEdit, encoding: Encoding) -> types.TextEdit:
    """Whole lines; the last one of a text has no line end to replace."""
    if edit.last < len(lines):
        return types.TextEdit(types.Range(types.Position(edit.first, 0), types.Position(edit.last, 0)), edit.text)
    end = types.Position(len(lines) - 1, units(lines[-1], encoding))
    if not edit.text and edit.first > 0:  # the last lines go, and the line end before them
        before = types.Position(edit.first - 1, units(lines[edit.first - 1], encoding))
        return types.TextEdit(types.Range(before, end), "")
    if edit.first < len(lines):
        return types.TextEdit(types.Range(types.Position(edit.first, 0), end), edit.text.removesuffix("\n"))
    return types.TextEdit(types.Range(end, end), "\n" + edit.text.removesuffix("\n"))

"""SARIF 2.1.0, for code scanning.

Columns are code points, URIs are relative to the folder in which gillint ran, and fingerprints survive moved lines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gillint import __version__
from gillint.advice.outcome import FileReport
from gillint.diagnostics.rule import RuleText
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Diagnostic
from gillint.report.fingerprint import fingerprints
from gillint.report.formats import Run
from gillint.report.places import Place, place_of, relative_uri

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
_RANK = {"high": 90.0, "medium": 60.0, "low": 30.0}  # SARIF's 0 to 100, how important a result is


def render(run: Run) -> str:
    """The log, with one run."""
    return json.dumps(document(run), indent=2, ensure_ascii=False)


def document(run: Run) -> dict[str, Any]:
    """The log as plain data."""
    rules = {rule.code: index for index, rule in enumerate(run.rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gillint",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in run.rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"SRCROOT": {"uri": f"{Path.cwd().as_uri()}/"}},
                "invocations": [{"executionSuccessful": True}],
                "results": [_result(*found, rules) for found in fingerprints(run.files)],
            }
        ],
    }


def _rule(rule: RuleText) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": rule.detects},
        "help": {"text": rule.detects, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVEL[rule.severity.value]},
        "properties": {"tags": ["performance", "concurrency", "gil"], "problem.severity": _problem(rule)},
    }


def _problem(rule: RuleText) -> str:
    return {"error": "error", "warning": "warning", "info": "recommendation"}[rule.severity.value]


def _result(report: FileReport, d: Diagnostic, fingerprint: str, rules: dict[str, int]) -> dict[str, Any]:
    where = place_of(report, d)
    cell = f"cell {where.cell}:{where.span}: " if where.cell is not None else ""
    found: dict[str, Any] = {
        "ruleId": d.code,
        "level": _LEVEL[d.severity.value],
        "message": {"text": cell + d.message},
        "locations": [_location(where)],
        "partialFingerprints": {"gillint/v1": fingerprint},
        "rank": _RANK[d.confidence.value],
        "properties": {"confidence": d.confidence.value},
    }
    if d.code in rules:
        found["ruleIndex"] = rules[d.code]
    if d.facts:
        found["properties"]["facts"] = list(d.facts)
    if d.related:
        chain = [(place_of(report, r), r.message) for r in d.related]
        found["relatedLocations"] = [
            {"id": number, **_location(link), "message": {"text": text}} for number, (link, text) in enumerate(chain, 1)
        ]
        steps = [(where, d.message), *chain]
        flow = [{"location": {**_location(link), "message": {"text": text}}} for link, text in steps]
        found["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    fix = _fix(report, d)
    if fix is not None:
        found["fixes"] = [fix]
    return found


def _fix(report: FileReport, d: Diagnostic) -> dict[str, Any] | None:
    """What would mend it; not in notebooks, whose cells are not the lines of a file."""
    if d.fix is None or report.cells:
        return None
    from gillint.syntax.replacements import replacements  # which needs the parser

    changes = replacements(report.source, d.fix)
    if not changes:
        return None
    return {
        "description": {"text": f"{d.fix.title} ({d.fix.applicability.value})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(d.path),
                "replacements": [
                    {"deletedRegion": _region(change.span), "insertedContent": {"text": change.text}}
                    for change in changes
                ],
            }
        ],
    }


def _artifact(path: str) -> dict[str, str]:
    uri = relative_uri(path)
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "SRCROOT"}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _location(where: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(where.path)}
    if where.cell is not None:  # columns are those of the code, not of the JSON around it
        physical["region"] = {"startLine": where.file_line}
        cell = {"name": f"cell {where.cell}", "fullyQualifiedName": str(where), "kind": "module"}
        return {"physicalLocation": physical, "logicalLocations": [cell]}
    return {"physicalLocation": {**physical, "region": _region(where.span)}}

"""What an SQL statement does, read from its text: the tables it fills, the rows it looks at, the rows it gives back."""

from __future__ import annotations

import re
from functools import reduce
from math import prod

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.external.sql_joins import NAMED, partners, with_joins
from gillint.resolve.external.sql_tables import Query, Table, Tables, differing, names_of, parts_of, row_of
from gillint.resolve.joining import join
from gillint.resolve.values import Value, trimmed
from gillint.syntax.tree import HOLE

# Row visits that a step costs, in visits of a plain scan (some 40 ns), measured with SQLite 3.40 in memory.
_AGGREGATE, _GROUP, _SORT, _TOP, _JOIN, _LOOKUP, _NEXT, _WRITE, _INDEX = 2.0, 9.0, 13.0, 2.0, 5.0, 22.0, 10.0, 4.0, 9.0
_WINDOW = 22.0  # a row of `sum(v) over (partition by u order by v)`: sorted, kept and gone through (0.7 to 0.9 us)
# A row that is put in where a key that is not the number of the row has an index of its own (510 ns without one in memory, 960
# with one), and what it costs more where it may take the place of another (`or replace`, `on conflict do update`: 1,220).
_KEYED, _REPLACED = 10.0, 10.0
_PUT = 5.0  # a row that a select finds and an insert keeps
# A row of a query that asks itself: one made of the last (380 ns, a plain scan 30), and one looked up in a table.
_AGAIN, _AGAIN_FOUND = 10.0, 45.0
_SOME = Estimate(0.01, 1 / 3, 1.0)  # what a condition lets through
# A pattern with `like` or `glob` lets through less, and costs two more visits a row; what a full text search finds is ranked
# (`bm25`) at 20 visits a document (SQLite 3.40 in memory: 80 ns a row of 25 characters, 0.8 us a document of 45 words).
# What is found is fetched from another table; a document that is put in is taken apart into its words.
_ALIKE, _PATTERN, _FOUND, _RANK = Estimate(0.0, 0.1, 1.0), 0.8, Estimate(0.01, 0.2, 1.0), 20.0
_FETCHED, _TOKENS = 22.0, 80.0
_KINDS = 3  # of things that a statement names by their words: `state = 'new'`
_TYPES = (
    ("int", "int"),
    ("char", "str"),
    ("text", "str"),
    ("clob", "str"),
    ("real", "float"),
    ("doub", "float"),
    ("num", "float"),
)


def run_script(tables: Tables, text: str, place: object) -> Query:
    """Several statements."""
    visits = ONE
    for number, statement in enumerate(text.split(";")):
        done = run_statement(tables, statement, (place, number), ONE)
        visits = visits + (done.visits if done is not None else ZERO)
    return Query(visits)


def run_statement(tables: Tables, text: str, place: object, times: Estimate, row: Value | None = None) -> Query | None:
    """One statement that is run so often, with these parameters; None where its text or its tables are not known."""
    words = " ".join(re.sub(r"--[^\n]*", " ", text).split()).lower()
    before = ZERO
    if words.startswith(("select ", "with ")):
        if _FROM_ANY.search(words) is not None:
            return _of_any(tables, words, place)
        inner = _inner_first(tables, words)
        if inner is None:
            return None
        tables, words, before = inner
        parts = _UNION.split(words)
        if len(parts) > 1:
            return _together(tables, parts, place, before, apart=" union all " not in words)
    for pattern, handler in _STATEMENTS:
        found = pattern.match(words)
        if found is not None:
            if row is not None and words.startswith(("insert", "replace")):
                _note_values(tables, words, found[1].strip('"'), row)
            done = handler(tables, words, found, place, times)
            return replace(done, visits=done.visits + before) if done is not None and before != ZERO else done
    if re.match(r"select \S|values *\(", words):  # of no table: `select 1`
        return Query(ONE, ONE)
    return Query(ONE) if _ASKS_NO_TABLE.match(words) else None


_UNION = re.compile(r" union(?: all)? ")
_FROM_ANY = re.compile(rf"(\bfrom +)[\"'`\[]?{HOLE}[\"'`\]]?(?![\w.])")
_CATALOGUE = ("sqlite_master", "sqlite_schema")  # the table of all tables


def _of_any(tables: Tables, words: str, place: object) -> Query | None:
    """A select from a table whose name is put in: as much as from one of those that there are, whichever it is."""
    named = (_FROM_ANY.sub(rf"\1{name}", words) for name in tables)
    done = [query for statement in named if (query := run_statement(tables, statement, place, ONE)) is not None]
    if not done:
        return None
    visits, rows = (total(amounts) / len(done) for amounts in ((q.visits for q in done), (q.rows for q in done)))
    known = [q.row for q in done if q.row is not None]
    return Query(visits, rows, reduce(join, known) if known else None, done[0].names if len(done) == 1 else ())


def _catalogue(tables: Tables) -> Table:
    """What the database itself keeps of its tables: a row for each."""
    columns: dict[str, str | None] = {"type": "str", "name": "str", "tbl_name": "str", "rootpage": "int", "sql": "str"}
    return Table(columns, rows={"": Estimate.point(float(max(1, len(tables))))}, distinct={"type": ONE})


def _together(tables: Tables, parts: list[str], place: object, before: Estimate, *, apart: bool) -> Query | None:
    """Several selects, one behind the other; `apart`: each row once, for which they are sorted."""
    found = [run_statement(tables, part.strip(" ()"), (place, n), ONE) for n, part in enumerate(parts)]
    done = [query for query in found if query is not None]
    if len(done) < len(found):
        return None
    rows = total(query.rows for query in done)
    visits = total((before, *(query.visits for query in done)))
    return replace(done[0], visits=visits + rows * _SORT if apart else visits, rows=rows)


def _inner_first(tables: Tables, words: str) -> tuple[Tables, str, Estimate] | None:
    """The statement with names of tables for the selects in it, those tables, and the rows looked at to make them.

    None where one of them is not understood. A value that is selected is taken to be selected once.
    """
    visits = ZERO
    for number in range(_MOST_INNER):
        found = _WITH.match(words) or _INNER.search(words)
        if found is None:
            return tables, words, visits
        text, before, rest = found["inner"], words[: found.start()], words[found.end() :]
        query = _asking_itself(tables, found["name"], text, number) if found.re is _WITH else None
        query = query or run_statement(tables, text, number, ONE)
        if query is None:
            return None
        visits = visits + query.visits
        if before.rstrip().endswith((" from", " join")) or found.re is _WITH:
            name = found["name"] if found.re is _WITH else f"inner_{number}"
            listed = re.match(r"select (?:distinct )?(.*?) from ", text)
            named = found["columns"] if found.re is _WITH else None
            given = parts_of(named or (listed[1] if listed is not None else ""))
            columns = [re.split(r"[ .]", item.strip())[-1] for item in given]
            kinds = query.row.items if query.row is not None and query.row.items is not None else ()
            known = {c: k.type for c, k in zip(columns, kinds, strict=False)}
            tables = {**tables, name: Table({**dict.fromkeys(columns), **known}, rows={number: query.rows})}
            words = f"{before}{name}{rest}" if found.re is not _WITH else _without(rest)
        else:
            words = f"{before}?{rest}"
    return None


def _asking_itself(tables: Tables, name: str, text: str, place: object) -> Query | None:
    """`with recursive`: the rows that it starts with and those found from them, each once: a walk over a tree, or a counter.

    None where it does not ask itself, or where it is not known what it starts with.
    """
    own = re.compile(rf"\b(?:from|join) +{name}\b|, *{name}\b")
    first, *steps = _UNION.split(text)
    if not any(own.search(step) for step in steps):
        return None
    start = run_statement(tables, first, (place, "start"), ONE)
    if start is None:
        return None
    rows, visits = start.rows, start.visits
    for step in steps:
        walked = [tables[n] for n in _NAMED.findall(step) if n in tables]
        bound = re.search(r"(?:<=?|\blimit) *(\d+)", step)
        more = walked[0].size if walked else Estimate.point(float(bound[1])) if bound is not None else _STEPS
        rows, visits = rows + more, visits + more * (_AGAIN_FOUND if walked else _AGAIN)
    return replace(start, visits=visits, rows=rows)


_NAMED = re.compile(r"\b(?:from|join) +\"?(\w+)")
_STEPS = Estimate(2, 100, 1e6)  # of a counter whose end nobody knows


def _without(rest: str) -> str:
    """A statement whose first `with name as (...)` is dealt with: the others, or what is asked of them."""
    return f"with {rest[1:]}" if rest[:1] == "," else rest.strip()


_MOST_INNER = 8
_WORDS = r"(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*"
_INNER = re.compile(rf"\( *(?P<inner>select {_WORDS})\)")
_WITH = re.compile(
    r"with (?:recursive )? *(?P<name>\w+)(?: *\((?P<columns>[^)]*)\))? as "
    rf"\( *(?P<inner>(?:select |values *(?=\()){_WORDS})\)"
)


def _create_virtual(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    """A table for full text search; its columns have no types."""
    names = (
        part.strip().strip('"') for part in parts_of(words[words.find("(") + 1 : words.rfind(")")]) if "=" not in part
    )
    table = tables.setdefault(found[1].strip('"'), Table())
    table.columns = {name.split(" ")[0]: "str" for name in names}
    table.searched = True
    if " if not exists " not in found[0]:
        table.made = table.made.max(times)
    return Query(Estimate.point(5000))


def _create_table(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    table = tables.setdefault(found[1].strip('"'), Table())
    if " if not exists " not in found[0]:
        table.made = table.made.max(times)
    body = words[words.find("(") + 1 : words.rfind(")")]
    for part in parts_of(body):
        first, _, rest = part.strip().partition(" ")
        if first in ("primary", "unique", "foreign", "constraint", "check"):
            inner = re.search(r"(?:primary key|unique) *\(([^)]*)\)", part)
            named = frozenset(c.strip().strip('"') for c in inner[1].split(",")) if inner is not None else frozenset()
            if len(named) == 1:
                table.keys |= named
            elif named:
                table.together.add(named)
            continue
        name = first.strip('"')
        table.columns[name] = next((kind for prefix, kind in _TYPES if prefix in rest), None)
        if "primary key" in rest or "unique" in rest:
            table.keys.add(name)
    return Query(Estimate.point(500))


def _create_index(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    table = tables.get(found[1].strip('"'))
    if table is None:
        return None
    table.indexed.add(found[2].split(",")[0].strip().strip('"'))
    return Query(table.size * _INDEX + 500)


def _insert(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    table = tables.get(found[1].strip('"'))
    if table is None:
        return None
    if (asked := _ASKED.search(words)) is not None:
        return _insert_found(tables, table, words[asked.start() :], place, times)
    tuples = max(1, len(re.findall(r"\)\s*,\s*\(", words)) + 1) if " values" in words else 1
    table.rows[place] = (times / table.made.min(times.max(ONE)) * tuples).max(table.rows.get(place, ZERO))
    keyed = table.keyed_by
    replaced = _REPLACED if keyed and _REPLACES.search(words) else 0.0
    searched = _TOKENS if table.searched else 0.0
    return Query((_LOOKUP * (ONE + len(table.indexed)) + (_KEYED * keyed + replaced + searched)) * tuples)


def _insert_found(tables: Tables, table: Table, asked: str, place: object, times: Estimate) -> Query | None:
    """`insert into totals select ...`: what is found is put in."""
    found = run_statement(tables, asked, place, times)
    if found is None:
        return None
    rows = found.rows * (times / table.made.min(times.max(ONE)))
    table.rows[place] = rows.max(table.rows.get(place, ZERO))
    kept_by = len(table.indexed) + bool(table.keys or table.together)
    return Query(found.visits + found.rows * (_PUT + _INDEX * kept_by))


_REPLACES = re.compile(r"^replace\b|\bor replace\b|\bdo update\b")
_ASKED = re.compile(r"\bselect |\bwith (?:recursive )?\w+(?: *\([^)]*\))? as ")


def _note_values(tables: Tables, words: str, name: str, row: Value) -> None:
    """What is in a column, and how many values of it there are: numbers of a known range repeat."""
    table = tables.get(name)
    if table is None:
        return
    for column, value in _inserted(table, words, row):
        ranged = value.type == "int" and value.number is not None and not value.number.known
        if value.distinct is not None:
            table.distinct[column] = value.distinct
        elif ranged and value.number is not None and value.number.high >= 1:
            table.distinct[column] = Estimate.point(value.number.high - value.number.low)
        if value.type in _KEPT:
            kept = trimmed(replace(value, literal=None, number=None, distinct=None, reference=None, origin=None))
            table.values[column] = join(table.values.get(column), kept)


def _inserted(table: Table, words: str, row: Value) -> list[tuple[str, Value]]:
    """The values that an insert gives to columns: by position, or by the names that stand for them."""
    named = re.match(r"[^(]*\(([^)]*)\) *values", words)
    columns = [c.strip().strip('"') for c in named[1].split(",")] if named is not None else list(table.columns)
    if row.items is not None and row.type != "dict":
        return list(zip(columns, row.items, strict=False))
    given = re.search(r" values *\(([^)]*)\)", words)
    if given is None or row.columns is None:
        return []
    by_name = {name.lower(): value for name, value in row.columns}
    marks = [mark.strip().lstrip(":@$") for mark in given[1].split(",")]
    return [(c, by_name[m]) for c, m in zip(columns, marks, strict=False) if m in by_name]


# What SQLite stores as it was given.
_KEPT = ("str", "bytes", "int", "float")


def _change(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    table = tables.get(found[1].strip('"'))
    if table is None:
        return None
    visited, _ = _reached(table, words)
    return Query((visited - Estimate.point(_LOOKUP)).max(0.0) * _WRITE + Estimate.point(_LOOKUP))


# What is about a database rather than about its rows.
_ASKS_NO_TABLE = re.compile(
    r"(explain|pragma|begin|commit|rollback|drop|vacuum|analyze|attach|describe|show|set|load|install|use|checkpoint)\b"
)
_SUMMARISED = 190.0  # a value of a column of which `summarize` finds the extremes, the quartiles and how many differ


def _summarise(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    table = tables.get(found[1].strip('"'))
    if table is None:
        return None
    columns = Estimate.point(max(1, len(table.columns)))
    return Query(table.size * columns * _SUMMARISED, columns)


def _select(tables: Tables, words: str, found: re.Match[str], place: object, times: Estimate) -> Query | None:
    words = with_joins(words)
    names = NAMED.findall(words)
    if any(n in _CATALOGUE for n, _ in names):
        tables = {**tables, **dict.fromkeys(_CATALOGUE, _catalogue(tables))}
    known = [tables[n] for n, _ in names if n in tables]
    by_name = {called: tables[n] for n, alias in names if n in tables for called in (n, alias)}
    if not known or len(known) < len(names):
        return None
    main = _begun_with(known, words, by_name)
    known = [main, *(t for t in known if t is not main)]
    words, windows = _OVER.subn(_WINDOWED, words)
    visited, matched = _reached(main, words)
    for number, other in enumerate(known[1:], 1):
        matched = matched * partners(words, known[:number], other, by_name)
        visited = visited + matched * _JOIN
    listed = parts_of(_OVER.sub(_WINDOWED, found[1]))
    visited = visited + matched * _WINDOW * windows
    aggregates = any(re.search(r"\b(count|sum|avg|min|max|total|group_concat)\(", item) for item in listed)
    rows = matched
    if " group by " in words or found[1].startswith("distinct "):
        grouped = re.search(r" group by (.*?)(?: having | order by | limit |$)", words)
        keys = {re.sub(r"^.*\.", "", k.strip()) for k in grouped[1].split(",")} if grouped is not None else set()
        if grouped is None:  # `select distinct`: of columns that are known to have so many values
            named = {re.sub(r"^distinct |^.*\.", "", item.strip()) for item in listed}
            keys = named if all(any(n in t.distinct for t in known) for n in named) else set()
        groups = differing(known, keys & set().union(*(t.columns for t in known)) or {""}, matched)
        # By an indexed column one group comes behind the other.
        side_by_side = len(known) == 1 and len(keys) == 1 and keys <= main.keys | main.indexed
        visited, rows = visited + matched * (_AGGREGATE - 1 if side_by_side else _GROUP), matched.min(groups)
    elif aggregates:
        plain = all(re.fullmatch(r"count\(\*\)( as \w+)?", i.strip()) for i in listed) and " where " not in words
        visited, rows = (visited / 100 if plain and len(known) == 1 else visited + matched * (_AGGREGATE - 1)), ONE
        first_or_last = re.fullmatch(r"(?:min|max)\(\"?(\w+)\"?\)(?: as \w+)?", found[1].strip())
        if first_or_last is not None and len(known) == 1 and " where " not in words:
            visited = ZERO if first_or_last[1] in main.keys | main.indexed else visited  # the first or last of an index
    best = re.search(r"\bqualify\b.*?(?:<=?|=) *(\d+)", words)
    if best is not None:  # the first few of each group: of those of which nothing tells how many there are, the root
        rows = rows.min(differing(known, {""}, matched) * float(best[1]))
    limit = re.search(r"\blimit +(\d+|\?|:\w+)", words)
    if limit is not None:
        most = Estimate.point(float(limit[1])) if limit[1].isdigit() else Estimate(1, 10, 1000)
        if " order by " not in words and rows is matched:
            visited = visited.min(most * 3)
        rows = rows.min(most)
    if " match " in words and re.search(r"\bbm25\(|\border by rank\b", words):
        visited = visited + matched * _RANK
    if " order by " in words and not aggregates:
        in_order = known[0].keys | known[0].indexed | {"rowid"} if len(known) == 1 else set()
        if (by := _ORDERED.search(words)) is not None and by[1] in in_order and " group by " not in words:
            visited = visited.min(rows * 3) if limit is not None else visited  # read in the order of an index
        else:
            visited = visited + matched * (_TOP if limit is not None else _SORT)
    visited = visited + matched * (_SORT * len(_RANKED.findall(words)))
    return Query(visited + _LOOKUP, rows, row_of(known, listed), names_of(known, listed))


def _begun_with(known: list[Table], words: str, by_name: dict[str, Table]) -> Table:
    """The table with whose rows a join begins: one of which a key or an index finds them, else the first."""
    if len(known) == 1 or " left " in words or " where " not in words:
        return known[0]
    condition = words.partition(" where ")[2]
    for called, column in _EQUALS.findall(condition) if " or " not in condition else ():
        table = by_name.get(called)
        if table is not None and column in table.keys:
            return table
    return known[0]


_EQUALS = re.compile(r"\b(\w+)\.\"?(\w+)\"? *==? *(?:\?|:|'|\d)")
_ORDERED = re.compile(r"\border by +(?:\w+\.)?\"?(\w+)")
_RANKED = re.compile(r"\b(?:median|mode|quantile\w*|percentile\w*)\(")  # what sorts all values of a group
# What is computed over a window gives a value for each row: it is no aggregation, and its order is none of the result.
_NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_OVER = re.compile(rf"\b\w+ ?{_NESTED} over ?(?:{_NESTED}|\w+)")
_WINDOWED = "windowed"


# A column, and the values that it may have.
_LISTED = re.compile(r"(?:\w+\.)?\"?(\w+)\"?(?<! not) in *\((?! *select )([^()]*)\)")


def _reached(table: Table, words: str) -> tuple[Estimate, Estimate]:
    """The rows that a statement looks at in its main table, and those that its conditions let through."""
    size = table.size
    condition = re.search(r"\bwhere (.*?)(?: group by | order by | limit |$)", words)
    if condition is None:
        return size, size
    if " match " in condition[1]:
        matched = size if _in_all(table, condition[1]) else size.combine(_FOUND, lambda n, share: n * share)
        unread = _UNREAD.match(words) is not None or (" limit " in words and " order by rank" in words)
        return matched * (_NEXT + (0.0 if unread else _FETCHED)) + _LOOKUP, matched
    alike = re.search(r" (?:like|glob|regexp) ", condition[1]) is not None
    passed, seen = (_ALIKE, size * (1 + _PATTERN)) if alike else (_SOME, size)
    equal = set(re.findall(r"(?:\w+\.)?\"?(\w+)\"? *(?:=|==) *(?:\?|:|'|\d|" + HOLE + r")", condition[1]))
    lists = ((column, values) for column, values in _LISTED.findall(condition[1]) if HOLE not in values)
    listed = {column: values.count(",") + 1.0 for column, values in lists}
    equal, taken = equal | set(listed), prod(listed.values())
    by_keys = equal & (table.keys | {"rowid"}) or any(named <= equal for named in table.together)
    if by_keys and " or " not in condition[1]:
        return Estimate.point(_LOOKUP * taken), Estimate.point(taken)
    within = _WITHIN.search(_FROM_TO.sub(r"\1 between \2 and \3", condition[1]))
    if within is not None and within[1] in table.keys | {"rowid"} and " or " not in condition[1]:
        matched = size.min(max(0, int(within[3]) - int(within[2]) + 1))
        return matched + _LOOKUP, matched
    up_to = re.search(r"\b\"?(\w+)\"? *([<>])=? *(\d+)", condition[1])
    if up_to is not None and up_to[1] in table.keys | {"rowid"} and " or " not in condition[1]:  # keys count the rows
        most = float(up_to[3])
        matched = size.min(most) if up_to[2] == "<" else (size - most).max(0)
        return matched + _LOOKUP, matched
    if up_to is not None and up_to[1] in table.below and not re.search(r" (?:and|or) ", condition[1]):
        share = min(1.0, float(up_to[3]) / table.below[up_to[1]])
        return size, size * (share if up_to[2] == "<" else 1.0 - share)
    kinds = (
        set(re.findall(r"(?:\w+\.)?\"?(\w+)\"? *(?:=|==|in *\() *'", condition[1])) - table.keys - set(table.distinct)
    )
    by_key = (size / (differing([table], equal - kinds, size) * _KINDS ** len(kinds)).min(size).max(1) * taken).min(
        size
    )
    if equal & table.indexed and " or " not in condition[1]:
        return by_key * _NEXT + _LOOKUP, by_key
    if not equal:
        return seen, size.combine(passed, lambda n, share: n * share)
    others = len(_COMPARED.findall(condition[1])) if " or " not in condition[1] else 0
    return seen, by_key.combine(passed, lambda n, s: max(1.0, n * s * 3 * (1 / 3) ** others))


_WITHIN = re.compile(r"\b\"?(\w+)\"? between (\d+) and (\d+)")
_FROM_TO = re.compile(r"\b(\w+) *>=? *(\d+) and \1 *<=? *(\d+)")  # `id >= 100 and id < 200`
_COMPARED = re.compile(r"(?<![<>=!])(?:<>|!=|<=?|>=?)(?!=)")  # what each lets through some of


_UNREAD = re.compile(r"select (?:(?:\w+\.)?rowid|count\([^)]*\)) from ")  # what the index itself tells


def _in_all(table: Table, condition: str) -> bool:
    """Whether all documents have the words that are searched for, as the program writes them."""
    asked = re.search(r" match *'([^']*)'", condition)
    words = set(re.findall(r"\w+", asked[1])) - {"and", "or", "not", "near"} if asked is not None else set()
    texts = (value.text.pattern.lower() for value in table.values.values() if value.text is not None)
    return bool(words) and any(words <= set(re.findall(r"\w+", text)) for text in texts)


_STATEMENTS = (
    (re.compile(r"create (?:temp |temporary )?table (?:if not exists )?(\"?\w+\"?)"), _create_table),
    (re.compile(r"create virtual table (?:if not exists )?(\"?\w+\"?) using fts\d"), _create_virtual),
    (re.compile(r"create (?:unique )?index (?:if not exists )?\"?\w+\"? on (\"?\w+\"?) *\(([^)]*)\)"), _create_index),
    (re.compile(r"(?:insert|replace)(?: or \w+)? into (\"?\w+\"?)"), _insert),
    (re.compile(r"(?:update|delete from)(?: or \w+)? (\"?\w+\"?)"), _change),
    (re.compile(r"summarize (\"?\w+\"?)"), _summarise),
    (re.compile(r"select (.*?) from "), _select),
)

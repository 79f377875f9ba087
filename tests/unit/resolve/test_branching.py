"""How often the arms of branches are taken, and what comes behind those that leave."""

from __future__ import annotations

import pytest

from gillint.resolve.assumed import CASE, COMPLAINS, LEAVES, PASSES, RARE, SECOND, TAKEN
from tests.unit.resolve.test_trip_counts import runs

HEAD = "import contextlib, math, random, sys, time\n"
S = "math.sqrt(1)"

# The body of a function with the parameters `x`, `y`, `key` and `table`: how often it calls `math.sqrt` in one run.
ONCE = {
    "an arm": (f"if x > y:\n        {S}", TAKEN),
    "the other arm": (f"if x > y:\n        pass\n    else:\n        {S}", 1 - TAKEN),
    "the first of three": (f"if x > y:\n        {S}\n    elif x > 2:\n        pass\n    else:\n        y = 1", 1 / 3),
    "the second of three": (
        f"if x > y:\n        pass\n    elif x > 2:\n        {S}\n    else:\n        y = 1",
        2 / 3 * TAKEN,
    ),
    "the last of three": (
        f"if x > y:\n        pass\n    elif x > 2:\n        pass\n    else:\n        {S}",
        2 / 3 * (1 - TAKEN),
    ),
    "an error": (f"if x > y:\n        {S}\n        raise ValueError", RARE),
    "a refusal": (f"if x.status_code == 429:\n        {S}\n    else:\n        y = 1", RARE),
    "one of some refusals": (f"if x.status in (500, 503):\n        {S}", RARE),
    "no refusal": (f"if x.status_code == 200:\n        {S}", 1 - RARE),
    "what is no error": (f"if x.ok:\n        {S}", 1 - RARE),
    "a refusal after which it waits": (f"if x.status_code >= 500:\n        {S}\n        time.sleep(y)", 0.001),
    "a status of something else": (f"if x.status == 3:\n        {S}", TAKEN),
    "an end with an error": (f"if x > y:\n        {S}\n        sys.exit('no file')", RARE),
    "a complaint": (f"if x > y:\n        {S}\n        log.warning('odd: %s', x)", COMPLAINS),
    "a complaint after which it goes on": (
        f"if x > y:\n        print('odd', file=sys.stderr)\n        {S}\n        return",
        COMPLAINS,
    ),
    "a complaint or an error": (
        f"if x > y:\n        {S}\n        if key:\n            log.error(x)\n        else:\n            raise ValueError",
        COMPLAINS,
    ),
    "beside a complaint": (f"if x > y:\n        {S}\n    else:\n        log.warning('odd: %s', x)", 1 - COMPLAINS),
    "no complaint": (f"if x > y:\n        {S}\n        log.info('more: %s', x)", TAKEN),
    "a complaint between other work": (f"if x > y:\n        {S}\n        log.error(x)\n        y = x", TAKEN),
    "behind an end without one": (f"if x > y:\n        exit(0)\n    {S}", 1 - LEAVES),
    "behind an error": (f"if x > y:\n        raise ValueError\n    {S}", 1),
    "an error for all else": (f"if x > y:\n        {S}\n    else:\n        raise ValueError", 1 - RARE),
    "behind a guard": (f"if not x:\n        return\n    {S}", 1 - LEAVES),
    "behind two guards": (f"if not x:\n        return\n    if y is None:\n        return\n    {S}", (1 - LEAVES) ** 2),
    "behind a case": (f"if x == 'a':\n        return {S}\n    return {S} + {S}", CASE + 2 * (1 - CASE)),
    "behind a guard in an arm": (f"if x > y:\n        if not x:\n            return\n    {S}", 1 - TAKEN * LEAVES),
    "in a guard in a context": (f"with open(x) as f:\n        if not y:\n            return\n    {S}", 1 - LEAVES),
    "behind a handler": (f"try:\n        y = int(x)\n    except ValueError:\n        return\n    {S}", 1),
    "behind a try that returns": (f"try:\n        return int(x)\n    except ValueError:\n        pass\n    {S}", RARE),
    "behind what always returns": (f"if x:\n        return 1\n    else:\n        return 2\n    {S}", 0),
    "no bit of a mask": (f"if x & 255 == 0:\n        {S}", 1 / 256),
    "all bits of a mask": (f"if (x & 0xff) == 0xff:\n        {S}", 1 / 256),
    "some bits of a mask": (f"if x & 12 != 4:\n        {S}", 3 / 4),
    "bits of a mask": (f"if x & 3:\n        {S}", 3 / 4),
    "behind and": (f"return x and {S}", SECOND),
    "behind or": (f"return x or {S}", SECOND),
    "in a test": (f"if x and {S}:\n        return 1\n    return 2", SECOND),
    "in a conditional": (f"return {S} if x > y else 0", TAKEN),
    "drawn by lot": (f"if random.random() < 0.2:\n        {S}", 0.2),
    "a number is something": (f"z = 4\n    if z is not None:\n        {S}", 1),
    "a number is not nothing": (f"z = 0\n    if z is None:\n        {S}", 0),
    "where a constant decides": (f"z = False\n    return {S} if z else 0", 0),
}


@pytest.mark.parametrize(("body", "count"), ONCE.values(), ids=list(ONCE))
def test_an_arm_is_taken(body: str, count: float) -> None:
    source = f"{HEAD}\ndef helper(x, y, key, table):\n    {body}\n\ndef work(x, y, key, table):\n    helper(x, y, key, table)\n"
    assert runs(source) == pytest.approx(count, abs=0.001)


# The body of a function, and what is passed to it: what numbers and keywords decide.
PASSED = {
    "a number that is larger": (f"if n >= k:\n        {S}", "3000, 200", 1),
    "a number that is not": (f"if n < k:\n        {S}", "3000, 200", 0),
    "a product of what was passed": (f"m: int = n * (n - 1) // 2\n    if k >= m:\n        {S}", "30, 200", 0),
    "of what is not known": (f"m = len(input())\n    if k >= m:\n        {S}", "30, 200", TAKEN),
    "of what is changed": (f"m = n * 2\n    if input():\n        m = 7\n    if k >= m:\n        {S}", "30, 200", TAKEN),
    "behind a guard": (f"if not k:\n        return\n    elif k >= n * n:\n        return {S}\n    {S}", "30, 200", 1),
    "no keyword behind another": (
        f"if 'a' in more:\n        n, more = more['a'](more)\n    if 'b' in more:\n        {S}",
        "1, 2, c=3",
        0,
    ),
    "a keyword behind another": (
        f"if 'a' in more and k:\n        n = more.pop('a')\n    if 'b' in more:\n        {S}",
        "1, 2, b=3",
        1,
    ),
    "of what somebody else has": (f"n(more)\n    if 'b' in more:\n        {S}", "1, 2, c=3", TAKEN),
}


@pytest.mark.parametrize(("body", "passed", "count"), PASSED.values(), ids=list(PASSED))
def test_what_is_passed_decides(body: str, passed: str, count: float) -> None:
    source = f"{HEAD}\ndef helper(n, k, **more):\n    {body}\n\ndef work():\n    helper({passed})\n"
    assert runs(source) == pytest.approx(count, abs=0.001)


# The same in a loop of a thousand turns.
OFTEN = {
    "nothing new in sight": (
        f"found = sorted(table)\n        if not found:\n            time.sleep(1)\n            continue\n        {S}",
        200,
    ),
    "no line yet": (
        f"line = input()\n        if not line:\n            time.sleep(1)\n            continue\n        {S}",
        1000 * (1 - LEAVES),
    ),
    "behind a guard": (f"if not x:\n            continue\n        {S}", 1000 * (1 - LEAVES)),
    "behind a break": (f"if i > x:\n            break\n        {S}", 999),
    "every third": (f"if i % 3 != 0:\n            continue\n        {S}", 334),
    "two of five": (f"if i % 5 < 2:\n            {S}", 400),
    "of one that is odd and another": (f"if i % 2 and not i % 5:\n            {S}", 100),
    "what is not there yet": (f"if x not in table:\n            table[x] = {S}", 1000**0.5),
    "what is not there yet, asked the other way": (
        f"if x in table:\n            continue\n        table[x] = {S}",
        850,
    ),
    "each of ten keys once": (f"if i % 10 not in table:\n            table[i % 10] = {S}", 10),
    "what is not there yet, by its digest": (
        f"h = hashlib.sha256(x).hexdigest()\n        if h not in table:\n            table[h] = {S}",
        900,
    ),
    "what a KeyError makes, and keeps": (
        f"try:\n            v = table[i % 10]\n        except KeyError:\n            v = {S}\n            table[i % 10] = v",
        10,
    ),
    "what a KeyError makes, of keys of which nothing is known": (
        f"try:\n            v = table[x]\n        except KeyError:\n            table[x] = {S}",
        20,
    ),
    "what a smaller table holds": (
        f"marks = dict.fromkeys(range(20))\n        m = marks.get(i)\n        if m is None:\n            continue\n        {S}",
        20,
    ),
    "what a smaller table does not hold": (f"if i not in set(range(20)):\n            {S}", 980),
    "the end of a run": (
        f"if y and i > x:\n            y = False\n            {S}\n        elif not y and i < x:\n            y = True",
        1000**0.5,
    ),
    "the end of a run that has a beginning": (
        f"if y is not None and i > x:\n            table.append((y, i))\n            y = None\n            {S}",
        1000**0.5,
    ),
    "while it is switched on": (f"if y and i > x:\n            y = x\n            {S}", 1000 * TAKEN),
    "got, or made": (f"v = table.get(x)\n        if v is None:\n            v = table[x] = {S}", 1000**0.5),
}


@pytest.mark.parametrize(("body", "count"), OFTEN.values(), ids=list(OFTEN))
def test_an_arm_is_taken_in_a_loop(body: str, count: float) -> None:
    source = f"{HEAD}\ndef work(x, table):\n    for i in range(1000):\n        {body}\n"
    assert runs(source) == pytest.approx(count, rel=0.02)


def test_what_the_first_step_of_an_iterator_makes_is_there_for_the_others() -> None:
    source = (
        f"{HEAD}class Rows:\n    def __init__(self):\n        self.rows = None\n    def __iter__(self):\n        return self\n"
        f"    def __next__(self):\n        if self.rows is None:\n            {S}\n            self.rows = iter(open('a.csv'))\n"
        "        return next(self.rows)\n\ndef work():\n    for row in Rows():\n        print(row)\n"
    )
    assert runs(source) == pytest.approx(1, abs=0.3)


SIZES = {
    "what passes a guard": (
        "for i in range(1000):\n        if not x:\n            continue\n        out.append(i)",
        1000 * (1 - LEAVES),
    ),
    "what passes a filter": ("out = [i for i in range(1000) if i != x]", 1000 * PASSES),
    "every tenth": ("out = [i for i in range(1000) if i % 10 == 0]", 100),
    "either of two": (
        "if x > y:\n        out = [0] * 1000\n    else:\n        out = [0] * 10",
        1000 * TAKEN + 10 * (1 - TAKEN),
    ),
    "what a handler leaves": (
        "try:\n        out = [0] * 10\n    except ValueError:\n        out = [0] * 1000",
        10 + 990 * RARE,
    ),
    "what a function gives early": ("out = given(x)", 1000 * (1 - LEAVES)),
}


@pytest.mark.parametrize(("body", "size"), SIZES.values(), ids=list(SIZES))
def test_sizes_meet_by_how_often_they_are(body: str, size: float) -> None:
    given = "def given(x):\n    if not x:\n        return []\n    return [0] * 1000\n"
    source = f"{HEAD}{given}\ndef work(x, y):\n    out = []\n    {body}\n    for _ in out:\n        {S}\n"
    assert runs(source) == pytest.approx(size, rel=0.02)


def test_a_table_of_nothing_is_asked_for_nothing() -> None:
    source = (
        f"{HEAD}def work(given):\n    fields, places, index = [], {{}}, 0\n"
        "    for field in fields:\n        places[index] = field\n        index += 1\n"
        f"    for index in range(0, len(fields)):\n        if index in places:\n            {S}\nwork([])\n"
    )
    assert runs(source) == 0

"""Classes that SQLAlchemy maps: their rows are the instances that a program makes, and lists of them are loaded."""

from __future__ import annotations

import pytest

from gillint.advice.assess import Assessment
from gillint.advice.outcome import Options
from gillint.estimate import Estimate
from gillint.pipeline import analyse
from gillint.resolve.trace import Call

MODELS = """\
from sqlalchemy import ForeignKey, create_engine, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload
class Base(DeclarativeBase):
    pass
class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship(back_populates="author")
class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")
engine = create_engine("sqlite:///library.db")
with Session(engine) as session:
    for i in range(40):
        author = Author(name=f"Author {i}")
        author.books = [Book(title=f"Book {k}") for k in range(25)]
        session.add(author)
    session.commit()
"""
LOOP = """\
for _ in range(100):
    with Session(engine) as session:
"""


def loop_of(body: str, before: str = "") -> Assessment:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    source = MODELS + before + LOOP + lines
    first = (MODELS + before).count("\n") + 1
    report = analyse(source, "a.py", Options())
    return next(r for r in report.regions if r.region.span.line == first)


def calls_of(region: Assessment, name: str) -> list[Call]:
    return [c.detail.call for c in region.calls if c.detail.call.name == name]


CASES = {  # what is asked: the call that gets the rows, and how many they are
    "session.scalars(select(Book)).all()": ("sqlalchemy.engine.ScalarResult.all", 1000),
    "session.query(Author).all()": ("sqlalchemy.orm.Query.all", 40),
    "session.execute(select(Book.title, Book.id)).all()": ("sqlalchemy.engine.CursorResult.all", 1000),
    "session.execute(text('select title from book limit 7')).all()": ("sqlalchemy.engine.CursorResult.all", 7),
    "session.scalars(select(Author).limit(5)).all()": ("sqlalchemy.engine.ScalarResult.all", 5),
}


@pytest.mark.parametrize(("statement", "rows"), CASES.items())
def test_a_query_gives_the_rows_that_were_made(statement: str, rows: tuple[str, int]) -> None:
    (call,) = calls_of(loop_of(statement), rows[0])
    assert call.bound.receiver is not None
    assert call.bound.receiver.size == Estimate.point(rows[1])


@pytest.mark.parametrize(
    "statement",
    [
        "with Session(engine) as s:\n    s.execute(insert(Author), [{'name': str(i)} for i in range(300)])\n",
        "with Session(engine) as s:\n    s.bulk_insert_mappings(Author, [{'name': str(i)} for i in range(300)])\n",
        "with engine.begin() as c:\n    c.execute(insert(Author), [{'name': str(i)} for i in range(300)])\n",
    ],
)
def test_many_rows_are_put_in_at_once(statement: str) -> None:
    (call,) = calls_of(loop_of("session.query(Author).all()", statement), "sqlalchemy.orm.Query.all")
    assert call.bound.receiver is not None
    assert call.bound.receiver.size == Estimate.point(340)


def test_lists_are_asked_for_one_by_one() -> None:
    body = "for author in session.scalars(select(Author)).all():\n    print(len(author.books), author.books[0].title)"
    region = loop_of(body)
    counted = [c.detail.count for c in region.calls if c.detail.call.name == "sqlalchemy.orm.Query.all"]
    assert [t.likely for t in counted] == [40]
    (call,) = calls_of(region, "sqlalchemy.orm.Query.all")
    assert call.bound.receiver is not None
    assert call.bound.receiver.size == Estimate.point(25)


def test_lists_that_come_with_the_query_are_asked_for_once() -> None:
    body = """\
for author in session.scalars(select(Author).options(selectinload(Author.books))).all():
    print(len(author.books))"""
    region = loop_of(body)
    assert calls_of(region, "sqlalchemy.orm.Query.all") == []
    loaded = calls_of(region, "sqlalchemy.engine.ScalarResult.all")
    sizes = [call.bound.receiver.size for call in loaded if call.bound.receiver is not None]
    assert sorted(size.likely for size in sizes if size is not None) == [40, 1000]


CORE = """\
from sqlalchemy import Column, Float, Integer, MetaData, Table, create_engine, insert, select
meta = MetaData()
sales = Table("sales", meta, Column("id", Integer, primary_key=True), Column("amount", Float))
engine = create_engine("sqlite://")
with engine.begin() as connection:
    connection.execute({put}, [{{"amount": n * 1.5}} for n in range(2000)])
with engine.connect() as connection:
    for _ in range(100):
        connection.execute({asked}).all()
"""


@pytest.mark.parametrize("put", ["insert(sales)", "sales.insert()"])
@pytest.mark.parametrize(("asked", "rows"), [("select(sales)", 2000), ("sales.select().limit(3)", 3)])
def test_a_table_has_what_was_put_into_it(put: str, asked: str, rows: int) -> None:
    report = analyse(CORE.format(put=put, asked=asked), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 8)
    (call,) = calls_of(region, "sqlalchemy.engine.CursorResult.all")
    assert call.bound.receiver is not None
    assert call.bound.receiver.size == Estimate.point(rows)


@pytest.mark.parametrize("statement", ["text('select title from book')", "select(Book)", "'select title from book'"])
def test_rows_of_a_statement_that_pandas_reads(statement: str) -> None:
    call = calls_of(loop_of(f"pd.read_sql({statement}, engine)", "import pandas as pd\n"), "pandas.read_sql")[0]
    assert call.result is not None and call.result.size == Estimate.point(1000)

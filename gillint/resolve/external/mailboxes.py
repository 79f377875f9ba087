"""Mailboxes and messages: how many messages there are in one, and how long they are, where the program puts them there itself."""

from __future__ import annotations

from gillint.estimate import Estimate, total
from gillint.frozen import replace
from gillint.resolve.calling.bound import size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.files import MEMBER, Content
from gillint.resolve.external.handles import name_of
from gillint.resolve.text.texts import Text
from gillint.resolve.values import Value

BOXES = {"mailbox.mbox": "mailbox.mboxMessage", "mailbox.Maildir": "mailbox.MaildirMessage"}

# The mark of what may be a text as well as the parts of a message, which only its use tells.
PARTS = "parts"
_COUNT = Estimate(1, 3, 100)


def payload(site: Site) -> Value:
    """`message.get_payload()`: a text, or the parts of one that has some."""
    message = site.bound.receiver
    if message is None or site.bound.parameters or site.bound.positional:
        return site.result
    size = message.size / _COUNT if message.size is not None else None
    return replace(site.result, mark=PARTS, element=replace(message, size=size, text=None))


def as_parts(value: Value) -> Value:
    """What a loop goes through: nobody looks at a message letter by letter."""
    return Value(type="list", size=_COUNT, element=value.element) if value.mark == PARTS else value


def opened_box(site: Site) -> Value:
    """`mailbox.mbox(path)`: with the messages that were put into a box of that name."""
    name = name_of(site.argument(0, "path", "dirname"))
    if name is None:
        return site.result
    factory = site.argument(1, "factory")
    own = factory is None or factory.type == "NoneType"
    mail = Value(type=BOXES[site.name] if own else "email.message.EmailMessage")
    box = replace(site.result, text=Text(name), element=mail)
    found = site.act.program.files.members(name).values()
    if not found:
        return box
    count = total(c.files for c in found)
    return replace(box, size=count, element=replace(mail, size=total(c.size * c.files for c in found) / count))


def kept_as(holder: Value, added: Value) -> Value:
    """What a container gives back of what is put into it: a mailbox has messages of its own kind."""
    return Value(type=BOXES[holder.type], size=added.size) if holder.type in BOXES else added


def added_mail(site: Site) -> Value:
    """`box.add(message)`."""
    box = site.bound.receiver
    name = box.text.pattern if box is not None and box.text is not None else None
    mail = site.argument(0, "message")
    if name is not None and mail is not None and mail.size is not None:
        times = (site.act.trips_so_far() * site.act.times).max(1)
        inside = f"{name}{MEMBER}{site.span.line}"
        site.act.program.files.write(inside, site.span, Content(size_of(mail), files=times))
    return site.result

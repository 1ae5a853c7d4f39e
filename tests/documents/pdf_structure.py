"""What a tagged PDF is made of: its tree of structure elements, and what each page draws, in marks or not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdf
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

DRAWING = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"INLINE IMAGE"}


@dataclass
class Element:
    """A structure element: its role as written and as the role map resolves it, its children, and what it holds.

    `marks` are (number of the page's object, identifier of the marked content); `objects` are annotations.
    """

    role: str
    standard: str
    raw: DictionaryObject
    children: list["Element"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    objects: list[DictionaryObject] = field(default_factory=list)

    def all(self, *roles: str) -> Iterator["Element"]:
        """This element and all below it, in reading order; only those of `roles`, if any are given."""
        if not roles or self.standard in roles:
            yield self
        for child in self.children:
            yield from child.all(*roles)

    def attribute(self, owner: str, name: str) -> object:
        attributes = self.raw.get("/A", ArrayObject())
        for each in attributes if isinstance(attributes, ArrayObject) else [attributes]:
            each = each.get_object()
            if each.get("/O") == owner and name in each:
                return each[name]
        return None

    @property
    def number_of_columns(self) -> int:
        return sum(int(cell.attribute("/Table", "/ColSpan") or 1) for cell in self.children)


@dataclass(frozen=True)
class Drawn:
    """One drawing operation: the marks around it, the outermost first, each with its identifier or None."""

    operator: str
    marks: tuple[tuple[str, int | None], ...]

    @property
    def identifiers(self) -> list[int]:
        return [identifier for _, identifier in self.marks if identifier is not None]

    @property
    def is_artefact(self) -> bool:
        return any(tag == "/Artifact" for tag, _ in self.marks)


def role_map(pdf: pypdf.PdfReader) -> dict[str, str]:
    tree = pdf.trailer["/Root"].get("/StructTreeRoot", {})
    return {str(role): str(meaning) for role, meaning in tree.get("/RoleMap", {}).items()}


def resolved(role: str, roles: dict[str, str]) -> str:
    """What the role map makes of `role`; the role where it began, if the map leads in a circle."""
    seen = [role]
    while seen[-1] in roles:
        if roles[seen[-1]] in seen:
            return role
        seen.append(roles[seen[-1]])
    return seen[-1]


def structure(pdf: pypdf.PdfReader) -> Element:
    """The whole tree below an element "/Root" that only stands for its root. Empty for a PDF without tags."""
    roles = role_map(pdf)
    root = Element("/Root", "/Root", DictionaryObject())
    tree = pdf.trailer["/Root"].get("/StructTreeRoot")
    if tree is not None and "/K" in tree:
        _add(tree.raw_get("/K"), root, None, roles)
    return root


def _add(kid: object, parent: Element, page: int | None, roles: dict[str, str]) -> None:
    kid = kid.get_object() if isinstance(kid, IndirectObject) else kid
    if isinstance(kid, ArrayObject):
        for each in kid:
            _add(each, parent, page, roles)
    elif isinstance(kid, int):
        parent.marks.append((page, int(kid)))
    elif isinstance(kid, DictionaryObject):
        page = kid.raw_get("/Pg").idnum if "/Pg" in kid else page
        if kid.get("/Type") == "/MCR":
            parent.marks.append((page, int(kid["/MCID"])))
        elif kid.get("/Type") == "/OBJR":
            parent.objects.append(kid["/Obj"].get_object())
        else:
            element = Element(str(kid["/S"]), resolved(str(kid["/S"]), roles), kid)
            parent.children.append(element)
            if "/K" in kid:
                _add(kid.raw_get("/K"), element, page, roles)


def drawn(page: pypdf.PageObject, pdf: pypdf.PdfReader) -> list[Drawn]:
    """Everything that `page` draws, with the marks around it. ValueError: a mark has no end, or no start."""
    contents = page.get("/Contents")
    return list(_drawn(contents, page["/Resources"], pdf, ())) if contents is not None else []


def _drawn(contents: object, resources: DictionaryObject, pdf: pypdf.PdfReader, around: tuple) -> Iterator[Drawn]:
    open_marks: list[tuple[str, int | None]] = []
    for operands, operator in ContentStream(contents, pdf).operations:
        if operator in (b"BDC", b"BMC"):
            properties = operands[1] if len(operands) > 1 else {}
            if not isinstance(properties, dict):  # a name: the properties are among the resources
                properties = resources["/Properties"][properties].get_object()
            open_marks.append((str(operands[0]), properties.get("/MCID")))
        elif operator == b"EMC":
            if not open_marks:
                raise ValueError("an end without a start")
            open_marks.pop()
        elif operator == b"Do":
            inner = resources["/XObject"][operands[0]].get_object()
            marks = (*around, *open_marks)
            if inner.get("/Subtype") == "/Form":
                yield from _drawn(inner, inner.get("/Resources", resources), pdf, marks)
            else:
                yield Drawn("Do", marks)
        elif operator in DRAWING:
            yield Drawn(operator.decode(), (*around, *open_marks))
    if open_marks:
        raise ValueError("a start without an end")


def fonts(pdf: pypdf.PdfReader) -> dict[str, DictionaryObject]:
    """Every font that pages and the drawings on them use, by name."""
    found: dict[str, DictionaryObject] = {}
    waiting = [page["/Resources"] for page in pdf.pages]
    while waiting:
        resources = waiting.pop().get_object()
        for font in resources.get("/Font", {}).values():
            found[str(font.get_object()["/BaseFont"])] = font.get_object()
        waiting += [
            inner.get_object()["/Resources"]
            for inner in resources.get("/XObject", {}).values()
            if "/Resources" in inner.get_object()
        ]
    return found

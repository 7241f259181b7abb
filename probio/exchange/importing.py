"""Import lines by a model's form: what each would do is said first, and done only when all of it can be."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from probio.exchange.reading import MOST_LINES, Table


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True)
class Importer:
    """How one table is imported.

    columns: heading -> field of the form; needed: headings there must be. find: given, once, returns a function from a
    line's cells to the row that it means, or None. once: fields of which no two lines may say the same.
    permissions: all of them are needed. shared: given, once, returns what every form of a file is made with.
    refuses: if given, called before the lines are written, returns a function that, called after, says what stands in
    the way of all of them together, in words.
    """

    slug: str
    title: str
    form: type[forms.ModelForm]
    columns: dict[str, str]
    needed: tuple[str, ...]
    permissions: tuple[str, ...]
    find: Callable[[], Callable[[dict[str, str]], Any]]
    once: tuple[tuple[str, ...], ...] = ()
    shared: Callable[[], dict] = dict
    refuses: Callable[[], Callable[[], list[str]]] | None = None
    most_lines: int = MOST_LINES

    @property
    def model(self):
        return self.form._meta.model


@dataclass
class Line:
    """What one line of a file would do. words: what changes, or what is wrong."""

    number: int
    outcome: Outcome
    label: str
    words: list[str] = field(default_factory=list)
    form: forms.ModelForm | None = None


@dataclass(frozen=True)
class Plan:
    """What each line of a file would do. problems: what stands in the way of all of them together, in words."""

    lines: list[Line]
    note: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {one.value: sum(line.outcome == one for line in self.lines) for one in Outcome}

    @property
    def can_be_done(self) -> bool:
        counts = self.counts
        return not self.problems and counts["error"] == 0 and counts["new"] + counts["changed"] > 0

    @property
    def fingerprint(self) -> str:
        """Return what tells this plan from another."""
        said = repr([(line.number, line.outcome.value, line.label, line.words) for line in self.lines])
        return hashlib.sha256(said.encode()).hexdigest()


class Overtaken(Exception):
    """Somebody else has changed a row meanwhile: nothing was written."""


def plan(importer: Importer, table: Table) -> Plan:
    """Return what each line would do. Writes nothing."""
    find, shared, seen, lines = importer.find(), importer.shared(), {}, []
    for number, cells in table.lines:
        line = _plan_line(importer, number, cells, find(cells), shared)
        if line.form is not None:
            _refuse_twice(importer, line, seen)
        lines.append(line)
    looked_at = Plan(lines, table.note)
    if importer.refuses is None or not looked_at.can_be_done:
        return looked_at
    return replace(looked_at, problems=_try_out(importer, looked_at))


def carry_out(importer: Importer, plan: Plan) -> tuple[list, list]:
    """Write what a plan that can be done says, all or nothing; return rows made and rows changed. Raises Overtaken."""
    try:
        with transaction.atomic():
            made, changed, problems = _write(importer, plan)
            if problems:
                raise Overtaken
    except IntegrityError as error:
        raise Overtaken from error
    return made, changed


def _write(importer, plan) -> tuple[list, list, list[str]]:
    problems = importer.refuses() if importer.refuses is not None else list
    made = [line.form.save() for line in plan.lines if line.outcome == Outcome.NEW]
    changed = [line.form.save() for line in plan.lines if line.outcome == Outcome.CHANGED]
    return made, changed, problems()


def _try_out(importer, plan) -> list[str]:
    """Return what stands in the way, by writing the lines and taking them back."""
    try:
        with transaction.atomic():
            made, _, problems = _write(importer, plan)
            transaction.set_rollback(True)
    except IntegrityError:
        return ["These lines do not go together."]
    for row in made:  # they are not there after all
        row.pk, row._state.adding = None, True
    return problems


def _plan_line(importer, number, cells, row, shared):
    given = {importer.columns[name]: cell for name, cell in cells.items()}
    blank = importer.form(instance=row or importer.model(), **shared)
    # A column that is not in the file stays as it is; an empty cell empties the field.
    values = {name: blank[name].value() for name in blank.fields} | given
    form = importer.form(values, instance=row, **shared)
    before = model_to_dict(row) if row is not None else None
    label = " ".join(cells.get(name, "") for name in importer.needed)
    if not form.is_valid():
        return Line(number, Outcome.ERROR, label, _errors(importer, form))
    if row is None:
        return Line(number, Outcome.NEW, label, [], form)
    after = model_to_dict(form.instance)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return Line(number, Outcome.UNCHANGED, label, [], form)
    return Line(number, Outcome.CHANGED, label, [_change(row, name, before, after) for name in changed], form)


def _errors(importer, form):
    headings = {name: heading for heading, name in importer.columns.items()}
    return [f"{headings.get(name, 'line')}: {' '.join(map(str, problems))}" for name, problems in form.errors.items()]


def _change(row, name, before, after):
    def shown(value):
        text = "yes" if value is True else "no" if value is False else "" if value is None else str(value)
        return f"“{text[:80]}”" if text else "empty"

    label = row._meta.get_field(name).verbose_name
    if isinstance(after[name], dict):
        return f"{label} changes"
    return f"{label}: {shown(before[name])} becomes {shown(after[name])}"


def _refuse_twice(importer, line, seen):
    for names in importer.once:
        values = tuple(getattr(line.form.instance, name) for name in names)
        if not all(values[:1]):
            continue
        earlier = seen.setdefault((names, values), line.number)
        if earlier != line.number:
            line.outcome = Outcome.ERROR
            line.words = [f"Line {earlier} is about the same {', '.join(name.removesuffix('_id') for name in names)}."]

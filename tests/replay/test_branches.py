"""Alembic's graph: branches, merges, labels and dependencies."""

from __future__ import annotations

from .projects import found, replayed, revision

CREATE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def add(column: str) -> str:
    return f'op.add_column("t", sa.Column("{column}", sa.Integer))'


def test_two_heads_are_both_told_and_both_carried_out() -> None:
    files = revision("z", "None", CREATE) | revision("b", '"z"', add("b")) | revision("a", '"z"', add("a"))
    [store] = replayed(files)

    assert [head.name for head in store.heads] == ["a", "b"]
    assert found(store).failed == ()
    assert [step.effect for step in store.steps] == ["create-table t", "add-column t.a", "add-column t.b"]


def test_a_merge_comes_behind_all_that_it_merges() -> None:
    files = (
        revision("z", "None", CREATE)
        | revision("y", '"z"', add("y"))
        | revision("x", '"z"', add("x"))
        | revision("a", '("x", "y")', 'op.drop_column("t", "x"); op.drop_column("t", "y")')
    )
    [store] = replayed(files)

    assert [head.name for head in store.heads] == ["a"]
    assert found(store).failed == ()
    assert [step.effect for step in store.steps][-2:] == ["drop-column t.x", "drop-column t.y"]


def test_labelled_branches_are_meant_to_stay_apart() -> None:
    files = revision("z", "None", CREATE) | revision("b", '"z"', add("b"))
    files |= revision("a", '"z"', add("a"), 'branch_labels = ("other",)')
    [store] = replayed(files)

    assert store.heads == ()


def test_what_a_revision_depends_on_runs_first() -> None:
    files = revision("b", "None", CREATE) | revision("a", "None", add("a"), 'depends_on = "b"')
    [store] = replayed(files)

    assert found(store).failed == ()
    assert [step.effect for step in store.steps] == ["create-table t", "add-column t.a"]

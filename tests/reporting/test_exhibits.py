"""Examples with as many pictures as a page can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_robust.reporting._exhibits import exhibits

if TYPE_CHECKING:
    from conftest import Runs


def test_the_first_groups_keep_their_pictures_where_there_is_no_room_for_all(runs: Runs) -> None:
    noise = runs.picture(np.random.default_rng(0).random((64, 64, 3)))
    example = runs.example(clean=noise, changed=noise)
    first, *_, last = exhibits([[example]] * 40, room=60_000)
    assert first[0].pictures
    assert not first[0].left_out
    assert last[0].pictures is None
    assert last[0].left_out


def test_all_pictures_together_stay_within_the_room(runs: Runs) -> None:
    noise = runs.picture(np.random.default_rng(0).random((64, 64, 3)))
    for room in (0, 10_000, 100_000):
        shown = exhibits([[runs.example(clean=noise, changed=noise)] * 3] * 10, room=room)
        total = sum(exhibit.pictures.weight for group in shown for exhibit in group if exhibit.pictures)
        assert total <= room
        assert [len(group) for group in shown] == [3] * 10


def test_what_has_no_picture_leaves_none_out(runs: Runs) -> None:
    ((exhibit,), nothing) = exhibits([[runs.typo(1)], []], room=0)
    assert exhibit.text
    assert not exhibit.left_out
    assert nothing == ()

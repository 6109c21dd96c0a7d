"""Which slices are drawn for training: unseen ones, then those that went worst."""

from collections import Counter

import numpy as np

from training.pool import UNSEEN, Lessons, Pool, Stack


def _stack(bloody: list[int]) -> Stack:
    """Ten slices of 8 by 8 pixels, with blood on some."""
    mask = np.zeros((10, 8, 8), np.uint8)
    mask[bloody] = 5
    return Stack(np.zeros(mask.shape, np.int16), mask, np.zeros((10, 12), np.float32))


def test_the_oldest_series_gives_way() -> None:
    pool = Pool(2)
    for _ in range(3):
        pool.add(_stack([0]))

    numbers = {pool.draw(np.random.default_rng(n), 0.5).number for n in range(40)}

    assert len(pool) == 2
    assert numbers == {1, 2}


def test_slices_with_and_without_blood_come_as_the_share_asks() -> None:
    pool = Pool(3)
    pool.add(_stack([2, 3]))
    rng = np.random.default_rng(1)

    assert {pool.draw(rng, 1.0).k for _ in range(30)} == {2, 3}
    assert {pool.draw(rng, 0.0).k for _ in range(80)} == set(range(10)) - {2, 3}


def test_slices_whose_blood_cannot_be_seen_are_not_drawn() -> None:
    stack = _stack([2, 3])
    stack.mask[5] = UNSEEN + 5
    pool = Pool(1)
    pool.add(stack)
    rng = np.random.default_rng(1)

    assert {pool.draw(rng, 0.5).k for _ in range(200)} == set(range(10)) - {5}


def test_a_series_without_blood_still_gives_slices_where_blood_is_asked_for() -> None:
    pool = Pool(1)
    pool.add(_stack([]))

    assert 0 <= pool.draw(np.random.default_rng(0), 1.0).k < 10


def test_what_went_wrong_is_drawn_more_often_than_what_went_right() -> None:
    pool = Pool(1)
    pool.add(_stack([]))
    rng = np.random.default_rng(3)
    drawn: Counter[int] = Counter()
    for _ in range(2000):
        pick = pool.draw(rng, 0.0)
        drawn[pick.k] += 1
        loss = 2.0 if pick.k == 4 else 0.1
        pool.learn(Lessons(np.array([[pick.number, pick.k]]), np.array([loss], np.float32)))

    assert drawn[4] > 1.5 * max(times for k, times in drawn.items() if k != 4)  # 19 to 9 %
    assert min(drawn.values()) > 5  # nothing is forgotten


def test_lessons_of_a_series_that_is_gone_are_passed_over() -> None:
    pool = Pool(1)
    pool.add(_stack([1]))
    pool.add(_stack([1]))

    pool.learn(Lessons(np.array([[0, 1], [1, 1]]), np.array([3.0, 3.0], np.float32)))

    assert pool.draw(np.random.default_rng(0), 1.0).number == 1

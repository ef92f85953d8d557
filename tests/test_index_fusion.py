"""Fusion: dense and lexical scores become one."""

import numpy as np
import pytest

from index.fusion import fuse


def test_the_best_of_both_scores_one_and_the_worst_of_both_nothing() -> None:
    fused = fuse(np.array([0.9, 0.5, 0.1]), np.array([8.0, 4.0, 0.0]))
    assert fused.tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_how_far_ahead_a_passage_is_counts_not_only_its_rank() -> None:
    far_ahead = fuse(np.array([0.9, 0.2, 0.1]), np.array([1.0, 1.1, 0.0]))
    barely_ahead = fuse(np.array([0.9, 0.89, 0.1]), np.array([1.0, 1.1, 0.0]))
    assert far_ahead[0] > far_ahead[1]
    assert barely_ahead[0] < barely_ahead[1]


@pytest.mark.parametrize(("weight", "best"), [pytest.param(1.0, 0, id="dense only"), pytest.param(0.0, 1, id="lexical only")])
def test_the_weight_decides_whose_word_counts(weight: float, best: int) -> None:
    assert int(fuse(np.array([0.9, 0.1]), np.array([1.0, 5.0]), dense_weight=weight).argmax()) == best


def test_no_shared_word_leaves_the_dense_order() -> None:
    assert fuse(np.array([0.1, 0.3, 0.2]), np.zeros(3)).argsort().tolist() == [0, 2, 1]


def test_equal_scores_and_single_or_no_candidates_are_no_division_by_zero() -> None:
    assert fuse(np.array([0.4, 0.4]), np.zeros(2)).tolist() == [0.0, 0.0]
    assert np.isfinite(fuse(np.array([0.4]), np.array([2.0]))).all()
    assert fuse(np.zeros(0), np.zeros(0)).size == 0


def test_scores_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        fuse(np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_outside_zero_to_one_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fuse(np.zeros(2), np.zeros(2), dense_weight=weight)

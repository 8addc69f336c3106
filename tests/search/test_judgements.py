"""The judged questions: enough of them, of every class, each with something that answers it."""

from collections import Counter

import pytest

from benchmarks.relevance import judging


def test_there_are_at_least_two_hundred_of_ten_classes_and_none_twice():
    questions = judging.judged()
    assert len(questions) >= 200
    assert len({question.text for question in questions}) == len(questions)
    counted = Counter(question.kind for question in questions)
    assert set(counted) == set(judging.CLASSES)
    assert min(counted.values()) >= 10
    assert all(question.need for question in questions)


def test_every_question_can_be_answered_to_the_full():
    for question in judging.judged():
        assert max(rule.grade for rule in question.rules) == 3, question.text


def test_the_first_rule_that_holds_is_the_grade():
    rules = (judging._rule("3 title 犬只.*指南"), judging._rule("1 title 犬只"))
    question = judging.Judged("title", "犬只", "", rules)
    nothing = dict.fromkeys(judging.PLACES, "")
    assert question.grade({**nothing, "title": "犬只管理办事指南"}) == 3
    assert question.grade({**nothing, "title": "犬只管理"}) == 1
    assert question.grade({**nothing, "body": "犬只管理"}) == 0


def test_figures_reward_the_best_order_and_nothing_above_it():
    wanted = {1: 3, 2: 2, 3: 1}
    assert judging.ndcg([1, 2, 3], wanted) == 1
    assert 0 < judging.ndcg([3, 2, 1], wanted) < judging.ndcg([2, 1, 3], wanted) < 1
    assert judging.ndcg([9, 8], wanted) == judging.reciprocal([9, 8], wanted) == 0
    assert judging.reciprocal([9, 2, 1], wanted) == pytest.approx(1 / 3)

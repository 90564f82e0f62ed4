"""Sharing out certifications: limits, conflicts, groups, even loads, stability; against brute force on small cases."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sme_review.figures.balancing import Rater, Rules, Shortfall, share_out

GROUPS = ("secondary", "postsecondary", "business")


def people(number, **fields):
    """Raters 1 to number, groups in turn."""
    return [Rater(key, GROUPS[key % 3], **fields) for key in range(1, number + 1)]


def loads(pairs, raters):
    count = Counter(key for key, _ in pairs)
    return [count[rater.key] for rater in raters]


def spread(pairs, raters):
    return max(loads(pairs, raters)) - min(loads(pairs, raters))


def by_item(pairs):
    return Counter(item for _, item in pairs)


def test_each_certification_gets_its_raters_and_everybody_the_same_load():
    shared = share_out(people(6), range(9), Rules(target=4))
    assert set(by_item(shared.pairs).values()) == {4}
    assert loads(shared.pairs, people(6)) == [6] * 6
    assert shared.shortfalls == ()


def test_everybody_is_asked_where_the_target_is_everybody():
    shared = share_out(people(3), range(2), Rules(target=3))
    assert shared.pairs == frozenset(product([1, 2, 3], range(2)))


def test_what_cannot_be_met_is_told():
    raters = [Rater(1, "secondary", limit=1), Rater(2, "secondary", cannot=frozenset({10}))]
    shared = share_out(raters, [10, 11], Rules(target=2, minimum_per_group=1, groups=("secondary", "business")))
    assert shared.pairs == {(1, 10), (2, 11)}
    assert shared.shortfalls == (
        Shortfall(10, "", wanted=2, assigned=1),
        Shortfall(10, "business", wanted=1, assigned=0),
        Shortfall(11, "", wanted=2, assigned=1),
        Shortfall(11, "business", wanted=1, assigned=0),
    )


def test_minimums_of_groups_win_over_a_smaller_target():
    shared = share_out(people(3), [7], Rules(target=1, minimum_per_group=1, groups=GROUPS))
    assert shared.pairs == {(1, 7), (2, 7), (3, 7)}


def test_own_limit_stands_in_the_place_of_the_common_one():
    raters = [Rater(1, "secondary", limit=5), Rater(2, "secondary"), Rater(3, "secondary", limit=0)]
    shared = share_out(raters, range(5), Rules(target=1, most=2))
    assert Counter(key for key, _ in shared.pairs) == {1: 3, 2: 2}


def test_chain_of_hand_overs_makes_room():
    """Only the first can take 2, and has room for one; so 1 goes on to the second."""
    raters = [Rater(1, "secondary", limit=1), Rater(2, "secondary", cannot=frozenset({2}), limit=1)]
    shared = share_out(raters, [1, 2], Rules(target=1), existing={(1, 1)})
    assert shared.pairs == {(1, 2), (2, 1)}


def test_full_member_gives_up_what_has_enough_of_the_group():
    raters = [
        Rater(1, "business", limit=1),
        Rater(2, "business", limit=1),
        *[Rater(key, "secondary") for key in (3, 4)],
    ]
    rules = Rules(target=2, minimum_per_group=1, groups=("business", "secondary"))
    shared = share_out(raters, [1, 2], rules, existing={(1, 1), (2, 1)})
    assert shared.shortfalls == ()
    assert by_item((key, item) for key, item in shared.pairs if key in {1, 2}) == {1: 1, 2: 1}


def test_rated_pairs_stay_beyond_limit_and_target_but_not_in_a_conflict():
    raters = [Rater(1, "secondary", limit=1), Rater(2, "secondary", cannot=frozenset({5})), Rater(3, "secondary")]
    rated = {(1, 5), (1, 6), (2, 5), (3, 5), (3, 6), (9, 5), (1, 99)}
    shared = share_out(raters, [5, 6], Rules(target=1), existing=rated, rated=rated)
    assert shared.pairs == {(1, 5), (1, 6), (3, 5), (3, 6)}


def test_smaller_target_and_limit_take_pairs_away():
    raters = people(4)
    before = share_out(raters, range(6), Rules(target=4)).pairs
    after = share_out(raters, range(6), Rules(target=2, most=3), existing=before)
    assert after.pairs < before
    assert set(by_item(after.pairs).values()) == {2}
    assert loads(after.pairs, raters) == [3] * 4


def test_whoever_leaves_leaves_only_their_own_pairs_to_share_out():
    raters = people(7)
    rules = Rules(target=3, minimum_per_group=0)
    before = share_out(raters, range(14), rules).pairs
    left = raters[1:]
    after = share_out(left, range(14), rules, existing=before).pairs
    assert after >= {pair for pair in before if pair[0] != raters[0].key}
    assert spread(after, left) <= 1


def test_whoever_joins_only_takes_from_others():
    raters = people(6)
    rules = Rules(target=3)
    before = share_out(raters, range(14), rules).pairs
    joined = [*raters, Rater(50, "business")]
    after = share_out(joined, range(14), rules, existing=before).pairs
    kept = {pair for pair in after if pair[0] != 50}
    assert kept < before
    assert len(before - after) == len(after) - len(kept) == 6
    assert spread(after, joined) <= 1


def test_sixty_certifications_and_forty_raters_come_out_even():
    raters = [
        Rater(key, GROUPS[key % 3], cannot=frozenset({key, key + 1}) if key % 4 == 0 else frozenset(), limit=None)
        for key in range(40)
    ]
    rules = Rules(target=8, most=14, minimum_per_group=2, groups=GROUPS)
    shared = share_out(raters, range(60), rules)
    again = share_out(raters[1:], range(60), rules, existing=shared.pairs)
    assert (shared.shortfalls, again.shortfalls) == ((), ())
    assert spread(shared.pairs, raters) <= 1


@st.composite
def cases(draw, raters=8, items=8, conflicts=True, limits=True, minimum=2, past=True):
    """Raters, items, rules, an earlier assignment and which of it was rated."""
    keys = list(range(100, 100 + draw(st.integers(1, items))))
    subsets = st.frozensets(st.sampled_from(keys), max_size=3) if conflicts else st.just(frozenset())
    own = st.none() | st.integers(0, 6) if limits else st.none()
    panel = [
        Rater(key, draw(st.sampled_from(GROUPS)), draw(subsets), draw(own))
        for key in range(draw(st.integers(1, raters)))
    ]
    rules = Rules(
        target=draw(st.integers(0, 5)),
        most=draw(st.none() | st.integers(1, 6)) if limits else None,
        minimum_per_group=draw(st.integers(0, minimum)),
        groups=GROUPS,
    )
    pairs = (
        st.frozensets(st.sampled_from(list(product(range(raters), keys))), max_size=12)
        if past
        else st.just(frozenset())
    )
    rated = draw(pairs)
    return panel, keys, rules, draw(pairs) | rated, rated


def limit_of(rater, rules):
    return next(limit for limit in (rater.limit, rules.most, 10**6) if limit is not None)


@given(cases())
@settings(max_examples=300)
def test_limits_conflicts_and_rated_pairs_are_kept(case):
    panel, items, rules, existing, rated = case
    shared = share_out(panel, items, rules, existing=existing, rated=rated)
    count, on_item = Counter(key for key, _ in shared.pairs), by_item(shared.pairs)
    fixed = {
        (rater.key, item)
        for rater in panel
        for item in items
        if (rater.key, item) in rated and item not in rater.cannot
    }
    assert fixed <= shared.pairs
    for rater in panel:
        assert not {item for key, item in shared.pairs if key == rater.key} & rater.cannot
        assert count[rater.key] <= max(limit_of(rater, rules), sum(key == rater.key for key, _ in fixed))
    for item in items:
        of_fixed = sum(fixed_item == item for _, fixed_item in fixed)
        assert on_item[item] <= max(
            rules.wanted,
            of_fixed
            + sum(
                max(
                    0,
                    rules.minimum_per_group
                    - sum((rater.key, item) in fixed and rater.group == group for rater in panel),
                )
                for group in GROUPS
            ),
        )
    short = {(one.item, one.group): one.assigned for one in shared.shortfalls}
    groups = {rater.key: rater.group for rater in panel}
    for item in items:
        assert short.get((item, ""), rules.wanted) == min(on_item[item], rules.wanted)
        for group in GROUPS:
            of_group = sum(groups[key] == group for key, paired in shared.pairs if paired == item)
            assert short.get((item, group), rules.minimum_per_group) == min(of_group, rules.minimum_per_group)


@given(cases(), st.data())
def test_same_input_in_any_order_gives_the_same(case, data):
    panel, items, rules, existing, rated = case
    seed = data.draw(st.integers(0, 3))
    one = share_out(panel, items, rules, existing=sorted(existing), rated=rated, seed=seed)
    other = share_out(
        data.draw(st.permutations(panel)),
        data.draw(st.permutations(items)),
        rules,
        existing=sorted(existing, reverse=True),
        rated=rated,
        seed=seed,
    )
    assert one.pairs == other.pairs
    assert set(one.shortfalls) == set(other.shortfalls)


@given(cases(conflicts=False, limits=False, minimum=0, past=False))
def test_without_limits_and_conflicts_loads_differ_by_at_most_one(case):
    panel, items, rules, _, _ = case
    shared = share_out(panel, items, rules)
    assert spread(shared.pairs, panel) <= 1
    assert set(by_item(shared.pairs).values()) <= {min(rules.target, len(panel))}


@given(cases())
def test_sharing_out_again_changes_nothing(case):
    panel, items, rules, existing, rated = case
    once = share_out(panel, items, rules, existing=existing, rated=rated)
    again = share_out(panel, items, rules, existing=once.pairs, rated=rated)
    assert again == once


@given(cases(past=False), st.data())
@settings(max_examples=200)
def test_when_somebody_leaves_pairs_move_only_if_the_balance_needs_it(case, data):
    """Frozen: the same with every earlier pair held fast. Where that is as good, nothing earlier has moved."""
    panel, items, rules, _, _ = case
    before = share_out(panel, items, rules).pairs
    gone = data.draw(st.sampled_from(panel))
    left = [rater for rater in panel if rater != gone]
    assume(left)
    kept = {pair for pair in before if pair[0] != gone.key}
    after = share_out(left, items, rules, existing=before)
    frozen = share_out(left, items, rules, existing=kept, rated=kept)
    if quality(after, left) == quality(frozen, left):
        assert kept <= after.pairs
    else:
        assert quality(after, left) > quality(frozen, left)


@given(cases(conflicts=False, limits=False, minimum=0, past=False))
def test_when_somebody_joins_others_only_give(case):
    panel, items, rules, _, _ = case
    assume(len(panel) >= rules.target)
    before = share_out(panel, items, rules).pairs
    joined = [*panel, Rater(99, "secondary")]
    after = share_out(joined, items, rules, existing=before).pairs
    assert {pair for pair in after if pair[0] != 99} <= before
    assert spread(after, joined) <= 1


def quality(shared, panel):
    """How good an assignment is, in the order of the rules: groups, ratings wanted, even loads."""
    return (
        -sum(one.wanted - one.assigned for one in shared.shortfalls if one.group),
        -sum(one.wanted - one.assigned for one in shared.shortfalls if not one.group),
        -sum(load * load for load in loads(shared.pairs, panel)),
    )


@given(cases(raters=3, items=3, minimum=1, past=False))
@settings(max_examples=150, deadline=None)
def test_small_cases_are_as_good_as_brute_force_finds(case):
    panel, items, rules, _, _ = case
    places = [(rater.key, item) for rater in panel for item in items if item not in rater.cannot]
    groups = {rater.key: rater.group for rater in panel}
    best = None
    for chosen in product([False, True], repeat=len(places)):
        pairs = {place for place, taken in zip(places, chosen, strict=True) if taken}
        on_item = by_item(pairs)
        if any(on_item[item] > rules.wanted for item in items) or any(
            load > limit_of(rater, rules) for load, rater in zip(loads(pairs, panel), panel, strict=True)
        ):
            continue
        missing = sum(
            max(0, rules.minimum_per_group - sum(groups[key] == group for key, paired in pairs if paired == item))
            for item in items
            for group in GROUPS
        )
        short = sum(rules.wanted - on_item[item] for item in items)
        found = (-missing, -short, -sum(load * load for load in loads(pairs, panel)))
        best = found if best is None else max(best, found)
    shared = share_out(panel, items, rules)
    ours = quality(shared, panel)
    assert ours[0] == best[0]
    if best[0] == 0:
        assert ours == best


@pytest.mark.parametrize("raters", [[], people(2)])
def test_nobody_or_nothing_is_no_error(raters):
    assert share_out(raters, [], Rules(target=3)).pairs == frozenset()
    assert len(share_out([], [1], Rules(target=3)).shortfalls) == 1

"""Shares out certifications among panelists: a pure function, the same for the same input whatever its order.

What is kept, the first before the next:
1. nobody is given a certification that a conflict of interest keeps them from, nor more than their limit;
2. what somebody has rated already stays with them (unless a conflict was declared since);
3. each certification gets its minimum from each stakeholder group;
4. each certification gets the ratings wanted;
5. loads are as even as they can be (the least sum of squares, so they differ by at most one where that is possible);
6. pairs that exist stay, unless 1 to 5 need them to move.

How: pairs are given one by one to whoever has least; when nobody has room, along the shortest chain of hand-overs that
ends with somebody who has (augmenting paths, Kuhn 1955; Ford & Fulkerson 1956). Then chains from loaded to less loaded
people even out the loads until none is left, which is when the sum of squares is least (negative cycles, Klein 1967).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

Pair = tuple[int, int]


@dataclass(frozen=True)
class Rater:
    """A person who can be asked: key, stakeholder group, certifications with a conflict of interest, own limit."""

    key: int
    group: str
    cannot: frozenset[int] = frozenset()
    limit: int | None = None


@dataclass(frozen=True)
class Rules:
    """How many ratings each certification should get, and how many certifications one person.

    Where the groups' minimums add up to more than the target, the minimums win. A rater's own limit stands in the place
    of `most`. `groups` are those that must be represented, whether or not anybody belongs to them.
    """

    target: int
    most: int | None = None
    minimum_per_group: int = 0
    groups: tuple[str, ...] = ()

    @property
    def wanted(self) -> int:
        """Ratings wanted for each certification."""
        return max(self.target, self.minimum_per_group * len(self.groups))


@dataclass(frozen=True)
class Shortfall:
    """A certification with fewer raters than wanted, over all (group is empty) or from one stakeholder group."""

    item: int
    group: str
    wanted: int
    assigned: int


@dataclass(frozen=True)
class Shared:
    """Who is asked for what, as (rater, certification), and what could not be met."""

    pairs: frozenset[Pair]
    shortfalls: tuple[Shortfall, ...]


def share_out(
    raters: Sequence[Rater],
    items: Sequence[int],
    rules: Rules,
    *,
    existing: Collection[Pair] = (),
    rated: Collection[Pair] = (),
    seed: int | str = 0,
) -> Shared:
    """Assign raters to certifications.

    Args:
        raters: each key once.
        items: keys of the certifications, each once.
        rules: target, limits and groups.
        existing: (rater, certification) pairs of an earlier assignment; people and certifications that are gone do no
        harm.
        rated: those pairs among the existing that were rated; they are never taken away.
        seed: which of equally good assignments is found; for example the panel's key.

    Returns:
        The pairs, and shortfalls in the order of items: first of the whole, then of groups in the rules' order.
    """
    board = _Board(raters, items, rules, str(seed))
    board.keep(existing, rated)
    board.trim()
    # Each time first with what was given anew, and only then, if it gains anything, by moving what was there before.
    for fresh_only in (True, False):
        board.fill_groups(fresh_only=fresh_only)
    board.trim()
    for fresh_only in (True, False):
        board.fill(fresh_only=fresh_only)
    for fresh_only in (True, False):
        board.even_out(fresh_only=fresh_only)
    return Shared(board.pairs(), tuple(_shortfalls(items, rules, board)))


def _shortfalls(items: Sequence[int], rules: Rules, board: "_Board") -> Iterable[Shortfall]:
    for item in items:
        raters = board.raters_of(item)
        if len(raters) < rules.wanted:
            yield Shortfall(item, "", rules.wanted, len(raters))
        for group in rules.groups:
            of_group = sum(rater.group == group for rater in raters)
            if of_group < rules.minimum_per_group:
                yield Shortfall(item, group, rules.minimum_per_group, of_group)


@dataclass
class _Seat:
    """A rater on the board. Certifications are bits of a number, so that "who could take what" is one operation."""

    rater: Rater
    limit: int
    allowed: int
    items: int = 0
    old: int = 0
    rated: int = 0
    ranks: list[int] = field(default_factory=list)

    @property
    def load(self) -> int:
        return self.items.bit_count()

    @property
    def has_room(self) -> bool:
        return self.load < self.limit


# A hand-over: who gives the certification in this place to whom.
_Step = tuple[_Seat, int, _Seat]


class _Board:
    """The assignment while it is being made."""

    def __init__(self, raters: Sequence[Rater], items: Sequence[int], rules: Rules, seed: str) -> None:
        self._rules = rules
        self._items = sorted(items, key=lambda item: _rank(seed, "item", item))
        self._places = {item: place for place, item in enumerate(self._items)}
        everything = 2 ** len(items) - 1
        self._seats = [
            _Seat(
                rater,
                limit=next(limit for limit in (rater.limit, rules.most, len(items)) if limit is not None),
                allowed=everything & ~self._bits(rater.cannot),
                ranks=[_rank(seed, rater.key, item) for item in self._items],
            )
            for rater in sorted(raters, key=lambda rater: _rank(seed, "rater", rater.key))
        ]
        self._counts = [0] * len(items)
        groups = {rater.group for rater in raters} | set(rules.groups)
        self._group_counts = {group: [0] * len(items) for group in groups}
        # For each group the certifications that have more of it than they need.
        self._spare = {
            group: 0 if group in rules.groups and rules.minimum_per_group else everything for group in groups
        }

    def keep(self, existing: Collection[Pair], rated: Collection[Pair]) -> None:
        """Seat the earlier assignment, as far as its people and certifications are there and no conflict forbids it."""
        by_key = {seat.rater.key: seat for seat in self._seats}
        for pairs in (rated, existing):
            for key, item in pairs:
                seat, bit = by_key.get(key), self._bits([item])
                if seat is None or not bit & seat.allowed:
                    continue
                if pairs is rated:
                    seat.rated |= bit
                if not bit & seat.items:
                    seat.old |= bit
                    self._give(seat, self._places[item])

    def trim(self) -> None:
        """Take away what goes beyond limits, then what certifications have beyond the ratings wanted."""
        for seat in self._seats:
            while seat.load > seat.limit and (loose := seat.items & ~seat.rated):
                choice = loose & self._spare[seat.rater.group] or loose
                self._take(seat, max(_places(choice), key=lambda place: (self._counts[place], -place)))
        for place in range(len(self._items)):
            while self._counts[place] > self._rules.wanted and (givers := self._givers(place)):
                fresh = [seat for seat in givers if not seat.old >> place & 1]
                self._take(max(fresh or givers, key=lambda seat: (seat.load, seat.ranks[place])), place)

    def fill_groups(self, *, fresh_only: bool) -> None:
        """Bring each certification up to its minimum from each group, evenly."""
        for group in self._rules.groups:
            members = [seat for seat in self._seats if seat.rater.group == group]
            counts = self._group_counts[group]
            for needed in range(1, self._rules.minimum_per_group + 1):
                for place in range(len(self._items)):
                    if counts[place] < needed and not self._seat_one(place, members, fresh_only=fresh_only):
                        self._seat_one_for_another(place, members, fresh_only=fresh_only)

    def fill(self, *, fresh_only: bool) -> None:
        """Bring each certification up to the ratings wanted, those with the fewest first."""
        short = set(range(len(self._items)))
        while short:
            place = min(short, key=lambda candidate: (self._counts[candidate], candidate))
            enough = self._counts[place] >= self._rules.wanted
            if enough or not self._seat_one(place, self._seats, fresh_only=fresh_only):
                short.discard(place)

    def even_out(self, *, fresh_only: bool) -> None:
        """Hand over from the loaded to the less loaded until nobody gains by it."""
        while chain := self._evening_chain(fresh_only=fresh_only):
            self._hand_over(chain)

    def pairs(self) -> frozenset[Pair]:
        """All (rater, certification)."""
        return frozenset((seat.rater.key, self._items[place]) for seat in self._seats for place in _places(seat.items))

    def raters_of(self, item: int) -> list[Rater]:
        """Who is asked for a certification."""
        return [seat.rater for seat in self._seats if seat.items >> self._places[item] & 1]

    def _seat_one(self, place: int, candidates: Sequence[_Seat], *, fresh_only: bool) -> bool:
        """Give a certification to one more of these, if need be by a chain of hand-overs among them."""
        free = self._free(place, candidates)
        if roomy := [seat for seat in free if seat.has_room]:
            self._give(min(roomy, key=lambda seat: self._eagerness(seat, place)), place)
            return True
        chain = self._chain(free, candidates, lambda seat: seat.has_room, fresh_only=fresh_only)
        if chain:
            self._hand_over(chain)
            self._give(chain[0][0], place)
        return bool(chain)

    def _seat_one_for_another(self, place: int, members: Sequence[_Seat], *, fresh_only: bool) -> None:
        """As before, where everybody is full: the chain ends with a member who gives up what has enough of the
        group.
        """
        free = self._free(place, members)

        def droppable(seat: _Seat) -> int:
            return self._loose(seat, fresh_only=fresh_only) & self._spare[seat.rater.group]

        direct = next((seat for seat in free if droppable(seat)), None)
        chain = [] if direct else self._chain(free, members, lambda seat: droppable(seat) > 0, fresh_only=fresh_only)
        last = direct or (chain[-1][2] if chain else None)
        if last is None:
            return
        self._take(last, max(_places(droppable(last)), key=lambda dropped: (self._counts[dropped], -dropped)))
        self._hand_over(chain)
        self._give(chain[0][0] if chain else last, place)

    def _evening_chain(self, *, fresh_only: bool) -> list[_Step]:
        for giver in sorted(self._seats, key=lambda seat: -seat.load):
            enough = giver.load - 2

            def is_lighter(seat: _Seat, enough: int = enough) -> bool:
                return seat.load <= enough and seat.has_room

            if chain := self._chain([giver], self._seats, is_lighter, fresh_only=fresh_only):
                return chain
        return []

    def _chain(
        self,
        starts: Sequence[_Seat],
        among: Sequence[_Seat],
        is_end: Callable[[_Seat], bool],
        *,
        fresh_only: bool,
    ) -> list[_Step]:
        """The shortest chain of hand-overs from one of the starts to somebody who fits, the least loaded of the
        nearest.
        """
        came_by: dict[int, _Step | None] = {seat.rater.key: None for seat in starts}
        frontier = list(starts)
        while frontier:
            reached = []
            for giver in frontier:
                for taker in among:
                    if taker.rater.key in came_by:
                        continue
                    can_go = self._loose(giver, fresh_only=fresh_only) & taker.allowed & ~taker.items
                    if giver.rater.group != taker.rater.group:
                        can_go &= self._spare[giver.rater.group]
                    if can_go:
                        came_by[taker.rater.key] = (giver, _first(can_go & ~giver.old or can_go), taker)
                        reached.append(taker)
            if ends := [seat for seat in reached if is_end(seat)]:
                return _walk_back(min(ends, key=lambda seat: seat.load), came_by)
            frontier = reached
        return []

    def _hand_over(self, chain: list[_Step]) -> None:
        for giver, place, taker in chain:
            self._take(giver, place)
            self._give(taker, place)

    def _give(self, seat: _Seat, place: int) -> None:
        seat.items |= 1 << place
        self._count(seat, place, 1)

    def _take(self, seat: _Seat, place: int) -> None:
        seat.items &= ~(1 << place)
        self._count(seat, place, -1)

    def _count(self, seat: _Seat, place: int, step: int) -> None:
        group = seat.rater.group
        self._counts[place] += step
        self._group_counts[group][place] += step
        if group in self._rules.groups:
            enough = (
                self._group_counts[group][place] > self._rules.minimum_per_group or not self._rules.minimum_per_group
            )
            self._spare[group] = self._spare[group] | 1 << place if enough else self._spare[group] & ~(1 << place)

    def _loose(self, seat: _Seat, *, fresh_only: bool) -> int:
        """What a rater could hand over."""
        return seat.items & ~seat.rated & ~(seat.old if fresh_only else 0)

    def _free(self, place: int, candidates: Sequence[_Seat]) -> list[_Seat]:
        return [seat for seat in candidates if seat.allowed >> place & 1 and not seat.items >> place & 1]

    def _givers(self, place: int) -> list[_Seat]:
        bit = 1 << place
        return [seat for seat in self._seats if seat.items & ~seat.rated & self._spare[seat.rater.group] & bit]

    def _eagerness(self, seat: _Seat, place: int) -> tuple[int, int, int]:
        return seat.load, self._group_counts[seat.rater.group][place], seat.ranks[place]

    def _bits(self, items: Iterable[int]) -> int:
        return sum(1 << self._places[item] for item in set(items) if item in self._places)


def _rank(*words: object) -> int:
    """A place in an order that looks random, is the same on every machine, and does not change as others come and
    go.
    """
    return int.from_bytes(sha256(":".join(map(str, words)).encode()).digest()[:8])


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _places(bits: int) -> Iterable[int]:
    while bits:
        yield _first(bits)
        bits &= bits - 1


def _walk_back(end: _Seat, came_by: dict[int, _Step | None]) -> list[_Step]:
    chain = []
    step = came_by[end.rater.key]
    while step is not None:
        chain.append(step)
        step = came_by[step[0].rater.key]
    return chain[::-1]

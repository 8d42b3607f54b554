# SPDX-License-Identifier: Apache-2.0
"""The judge: pure functions over what the journal, Redis and an undisturbed run hold. Each gives a list of sentences, empty if all is well."""
import collections

SHOWN = 3    # examples in one sentence

Entry = collections.namedtuple("Entry", "sequence id")
# An event of the undisturbed run: number of the finding it comes from, and the checksum of its document without the sequence.
Told = collections.namedtuple("Told", "number action id exposure checksum")
# One that the journal accepted.
Accepted = collections.namedtuple("Accepted", "sequence action id exposure checksum")
# Findings first .. last-1 that may be missing, and why.
Loss = collections.namedtuple("Loss", "first last why")

# A fault, and the numbers of findings between which it happened.
Mark = collections.namedtuple("Mark", "fault first last")

COUNTED = "never in the ring, and counted"
REFUSED = "refused while the journal could not be written"
# What a fault does: ends the whole sensor; ends the delivery side; makes Redis lose what it has; keeps the journal from being written.
WHOLE = {"kill_all", "kill_supervisor"}
DELIVERY = {"kill_delivery", "kill_delivery_twice", "restart"}
LOSING = {"empty_redis", "flush"}
BLOCKING = {"lock_journal", "fill_disk"}


def some(things):
    things = list(things)
    return ", ".join(map(str, things[:SHOWN])) + (f" and {len(things) - SHOWN} more" if len(things) > SHOWN else "")


def repeats(ids):
    return [name for name, count in collections.Counter(ids).items() if count > 1]


def compare_stream(accepted, delivered, where="the stream"):
    """Whether what was delivered is what was accepted: all of it, nothing else, once, in order. Both lists of Entry."""
    wrong = []
    if list(accepted) == list(delivered):
        return wrong
    have, want = set(delivered), set(accepted)
    missing, foreign = [e for e in accepted if e not in have], [e for e in delivered if e not in want]
    twice = repeats(delivered)
    if missing:
        wrong.append(f"{where} lacks {len(missing)} of {len(accepted)} accepted events: {some(missing)}")
    if foreign:
        wrong.append(f"{where} has {len(foreign)} events that the journal did not accept: {some(foreign)}")
    if twice:
        wrong.append(f"{where} has {len(twice)} events more than once: {some(twice)}")
    disorder = [(a.sequence, b.sequence) for a, b in zip(delivered, delivered[1:]) if b.sequence <= a.sequence]
    if disorder and not twice:
        wrong.append(f"{where} is out of order {len(disorder)} times: {some(disorder)}")
    return wrong or [f"{where} differs from the journal"]


def check_sequences(accepted):
    """Sequences rise, ids are never used again."""
    wrong = []
    falling = [(a.sequence, b.sequence) for a, b in zip(accepted, accepted[1:]) if b.sequence <= a.sequence]
    if falling:
        wrong.append(f"sequences of the journal do not rise: {some(falling)}")
    twice = repeats(event.id for event in accepted)
    if twice:
        wrong.append(f"the journal accepted {len(twice)} events twice: {some(twice)}")
    return wrong


def compare_reference(told, accepted, losses):
    """
    Whether the disturbed run accepted what an undisturbed one tells, but for `losses`; the same documents up to the first loss.
    Gives the sentences, and the missing events.

    An exposure whose first proof was lost is opened by a later one: such an event may be new, once for each exposure so concerned. A store whose
    first answer was lost is reachable by a later one. When an exposure is updated follows from all that was found of it and of its group: where
    something was lost, updates may be new or missing.
    """
    accepted = [event for event in accepted if not event.action.startswith("sensor-")]
    got = {event.id: event for event in accepted}
    known = {event.id: event for event in told}
    missing = [event for event in told if event.id not in got]
    free = {"exposure-updated"} if any(losses.reasons(event.number) for event in missing) else set()
    wrong = explain_foreign([e for e in accepted if e.id not in known and e.action not in free], missing)
    unexplained = [event for event in missing if not losses.reasons(event.number) and event.action not in free]
    if unexplained:
        numbers = sorted({event.number for event in unexplained})
        wrong.append(f"{len(unexplained)} events of {len(numbers)} findings are missing without a reason, "
                     f"findings {numbers[0]} to {numbers[-1]}: {some((e.number, e.action, e.id) for e in unexplained)}")
    order = [known[event.id].number for event in accepted if event.id in known]
    disorder = [(a, b) for a, b in zip(order, order[1:]) if b < a]
    if disorder:
        wrong.append(f"accepted in another order than found, {len(disorder)} times: {some(disorder)}")
    first_loss = min((event.number for event in missing), default=len(told))
    changed = [event for event in told if event.number < first_loss and event.id in got and got[event.id].checksum != event.checksum]
    if changed:
        wrong.append(f"{len(changed)} events say something else than in an undisturbed run, though nothing was lost before them: "
                     f"{some((e.number, e.action, e.id) for e in changed)}")
    return wrong, missing


def compare_folded(told, accepted, folded, losses):
    """Where one client's events at one store were folded: as many as an undisturbed run tells one by one, but for losses; and no others."""
    wrong, stores = [], {"store-query", "store-session"}
    known = {event.id for event in told}
    foreign = [event for event in accepted if event.action in stores and event.id not in known]
    if foreign:
        wrong.append(f"{len(foreign)} accepted events are unknown to an undisturbed run: {some(event.id for event in foreign)}")
    expected = sum(event.action in stores for event in told)
    counted = sum(event.action in stores for event in accepted) + folded
    lost = sum(event.action in stores and bool(losses.reasons(event.number)) for event in told)
    if not expected - lost <= counted <= expected:
        wrong.append(f"{expected} events are told when none is folded; here {counted - folded} were told and {folded} folded, {counted} in all, "
                     f"and at most {lost} may be lost")
    return wrong


def explain_foreign(foreign, missing):
    reopened = {event.exposure for event in missing if event.action == "exposure-opened"}
    unreached = sum(event.action == "store-reachable" for event in missing)
    unknown = []
    for event in foreign:
        if event.action == "exposure-opened" and event.exposure in reopened:
            reopened.remove(event.exposure)
        elif event.action == "store-reachable" and unreached > 0:
            unreached -= 1
        else:
            unknown.append((event.sequence, event.action, event.id))
    return [f"{len(unknown)} accepted events are unknown to an undisturbed run: {some(unknown)}"] if unknown else []


def compare_states(accepted, delivered, what):
    """Two dictionaries: name -> {field: text} (or a plain value), as the journal has them and as Redis has them."""
    wrong = []
    missing, foreign = sorted(set(accepted) - set(delivered)), sorted(set(delivered) - set(accepted))
    if missing:
        wrong.append(f"{len(missing)} of {len(accepted)} {what} are not in Redis: {some(missing)}")
    if foreign:
        wrong.append(f"{len(foreign)} {what} in Redis are not in the journal: {some(foreign)}")
    different = [(name, accepted[name], delivered[name]) for name in sorted(set(accepted) & set(delivered)) if accepted[name] != delivered[name]]
    if different:
        name, mine, theirs = different[0]
        if isinstance(mine, dict):
            fields = {f for f in set(mine) | set(theirs) if mine.get(f) != theirs.get(f)}
            mine, theirs = ({f: state.get(f) for f in fields} for state in (mine, theirs))
        wrong.append(f"{len(different)} {what} differ; of {name} the journal says {mine}, Redis {theirs}")
    return wrong


class Losses:
    """What may be missing after a run: single findings, for `why`, and ranges of them."""

    def __init__(self, numbers=(), ranges=()):
        self.numbers, self.ranges = set(numbers), list(ranges)

    def reasons(self, number):
        reasons = {loss.why for loss in self.ranges if loss.first <= number < loss.last}
        return reasons | {COUNTED} if number in self.numbers else reasons


def losses_of(history, state):
    """`history`: Marks; `state`: slots of the ring, dropped and cut (sets of the findings that never got into it)."""
    ranges, room = [], state.slots + 1
    for mark in history:
        blocked = [b for b in history if b.fault in BLOCKING and b.first <= mark.last and mark.first <= b.last]
        start = min([mark.first, *(b.first for b in blocked)])
        if mark.fault in WHOLE or (mark.fault in DELIVERY and blocked):
            ranges.append(Loss(before(start, room, state.dropped), mark.last, f"{mark.fault}: not accepted yet"))
        elif mark.fault in BLOCKING:
            ranges.append(Loss(before(start, room, state.dropped), mark.last, REFUSED))
    return Losses(state.dropped | state.cut, ranges)


def compare_refused(missing, losses, told):
    """
    Events may only be refused while the journal cannot be written, and each is counted: `told` in all. Where something was lost for another
    reason, a missing update need not have been refused: it may never have been due.
    """
    lost = any(losses.reasons(event.number) - {REFUSED} for event in missing)
    refused = [event for event in missing
               if losses.reasons(event.number) == {REFUSED} and not (lost and event.action == "exposure-updated")]
    if len(refused) > told:
        return [f"{len(refused)} events are missing that were found while the journal could not be written; {told} were said to be lost"]
    return []


def before(number, room, dropped):
    """The first of `room` findings before `number` that were not dropped."""
    while number > 0 and room > 0:
        number -= 1
        room -= number not in dropped
    return number

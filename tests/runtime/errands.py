"""A protocol written by hand, as the compiler would write it: a customer orders from bakers, who bake and deliver."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

from comity.base import RoleMachine, ignored
from comity.domains import decided_from
from comity.machine import Decided, Decision, Open, Performed, Received, Request, Send, Step, Timer, TimerFired
from comity.values import Instance, Word


@dataclass(frozen=True, slots=True)
class Order:
    item: str


@dataclass(frozen=True, slots=True)
class Cake:
    item: str
    good: bool


class Parameters(NamedTuple):
    bakers: int = 2
    patience: float = 30.0
    nag: float = 10.0

    def check(self) -> None:
        """Accept them all."""


class CustomerAt(Word):
    HUNGRY = "hungry"
    WAITING = "waiting"
    SERVED = "served"
    GONE = "gone"


class CustomerState(NamedTuple):
    at: CustomerAt = CustomerAt.HUNGRY
    cakes: tuple[Instance, ...] = ()
    wish: str | None = None


class BakerAt(Word):
    IDLE = "idle"
    BAKING = "baking"


class BakerState(NamedTuple):
    at: BakerAt = BakerAt.IDLE
    item: str = ""
    tries: int = 0


CUSTOMER = Instance("customer", 0, True)


class CustomerMachine(RoleMachine[CustomerState]):
    """Orders from every baker, is served by the first good cake, and leaves when its patience is over."""

    ROLE = "customer"
    FINAL = frozenset({CustomerAt.SERVED, CustomerAt.GONE})

    def __init__(self, parameters: Parameters, index: int = 0, digest: Any = None) -> None:
        super().__init__(CUSTOMER, digest)
        self.parameters = parameters
        self._receptions = {CustomerAt.WAITING: {Cake: self._cake}}
        self._timers = {CustomerAt.WAITING: {"patience": self._leave, "nag": self._nag}}
        self._decisions = {CustomerAt.HUNGRY: {"item": self._order}}
        self._open = {CustomerAt.HUNGRY: self._open_hungry, CustomerAt.WAITING: self._open_waiting}

    def start(self) -> CustomerState:
        return CustomerState()

    def _open_hungry(self, state: CustomerState) -> Open:
        return Open((), (Decision("item", None, ("cake", "bread"), True, True),), (), ())

    def _open_waiting(self, state: CustomerState) -> Open:
        patience, nag = self.parameters.patience, self.parameters.nag
        timers = (
            Timer("patience", None, patience, patience, False, False),
            Timer("nag", None, nag, nag, True, False),
        )
        return Open(timers, (), (), ())

    def _order(self, state: CustomerState, event: Decided) -> Step[CustomerState]:
        item = decided_from(event, ("cake", "bread"))
        sends = tuple(Send(Instance("baker", i), Order(item)) for i in range(self.parameters.bakers))
        return Step(CustomerState(CustomerAt.WAITING, wish=item), sends, 0, True)

    def _cake(self, state: CustomerState, event: Received) -> Step[CustomerState]:
        if not event.message.good:
            return ignored(state)
        return Step(state._replace(at=CustomerAt.SERVED, cakes=(*state.cakes, event.sender)), (), 1, True)

    def _leave(self, state: CustomerState, event: TimerFired) -> Step[CustomerState]:
        return Step(state._replace(at=CustomerAt.GONE), (), 2, True)

    def _nag(self, state: CustomerState, event: TimerFired) -> Step[CustomerState]:
        sends = tuple(Send(Instance("baker", i), Order(state.wish or "")) for i in range(self.parameters.bakers))
        return Step(state, sends, 3, False)


class BakerMachine(RoleMachine[BakerState]):
    """Bakes one order at a time; orders that come meanwhile wait."""

    ROLE = "baker"
    RESTING = frozenset({BakerAt.IDLE})
    DEFERRED = frozenset({(BakerAt.BAKING, Order)})

    def __init__(self, parameters: Parameters, index: int = 0, digest: Any = None) -> None:
        super().__init__(Instance("baker", index), digest)
        self._receptions = {BakerAt.IDLE: {Order: self._ordered}}
        self._requests = {BakerAt.BAKING: {"bake": self._baked}}
        self._open = {BakerAt.BAKING: self._open_baking}

    def start(self) -> BakerState:
        return BakerState()

    def crashed(self, state: BakerState) -> BakerState:
        return state._replace(tries=0)

    def _ordered(self, state: BakerState, event: Received) -> Step[BakerState]:
        return Step(state._replace(at=BakerAt.BAKING, item=event.message.item), (), 0, True)

    def _open_baking(self, state: BakerState) -> Open:
        return Open((), (), (Request("bake", None, (state.item,), None, ("ok", "burnt")),), ())

    def _baked(self, state: BakerState, event: Performed) -> Step[BakerState]:
        sends = (Send(CUSTOMER, Cake(state.item, event.outcome == "ok")),)
        return Step(BakerState(BakerAt.IDLE, state.item, state.tries + 1), sends, 1, True)


def instances(parameters: Parameters) -> tuple[Instance, ...]:
    return (CUSTOMER, *(Instance("baker", i) for i in range(parameters.bakers)))


def errands() -> ModuleType:
    """Return the protocol as a module."""
    module = ModuleType("errands")
    vars(module).update(
        PROTOCOL="errands",
        FRESH=0,
        Parameters=Parameters,
        ROLES={"customer": CustomerMachine, "baker": BakerMachine},
        MESSAGES={"Order": Order, "Cake": Cake},
        instances=instances,
    )
    return module

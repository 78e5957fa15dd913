"""What a machine says when a step cannot be taken. All are `ComityError`; the state is as it was.

ComityError
  UnhandledMessage     a message arrived in a state that has no transition for it
  RefusedDecision      a decided value is outside its domain, or no transition fits it
  NotEnabled           a timer, decision, act or spontaneous step that the state does not offer now
  UndefinedValue       a missing key, a field of none, a division by zero: a violation of the protocol
  RefusedParameters    parameters that break a range or an assumption of the protocol
"""


class ComityError(Exception):
    """The root of all errors of the runtime."""


class UnhandledMessage(ComityError):
    """A message arrived in a state with no transition for it (G-S9: a violation, not an accident to be swallowed)."""


class RefusedDecision(ComityError):
    """The handler decided a value outside the domain, or one for which no transition fits."""


class NotEnabled(ComityError):
    """An event that the state does not offer: a decision that came back late, a timer already gone."""


class UndefinedValue(ComityError):
    """A missing key, a field of none, a division by zero."""


class RefusedParameters(ComityError):
    """Parameters outside their range, or against an assumption of the protocol."""

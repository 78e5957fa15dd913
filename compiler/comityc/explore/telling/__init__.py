"""How a verdict is told: values and steps in the words of the spec, why a property is false, charts and reports."""

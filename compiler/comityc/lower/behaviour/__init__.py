"""How roles get their behaviour: statements, transitions, the rules of each state, and who sends what to whom."""

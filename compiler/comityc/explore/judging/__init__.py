"""How a state graph is judged: properties of states, of steps and of runs, fairness, and what was never tested."""

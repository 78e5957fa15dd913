"""Which instances can stand in for one another, and a search that looks at one state of each orbit."""

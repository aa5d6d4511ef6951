"""Exercise checks: the learner's function in, a `Verdict` out. One module a notebook."""

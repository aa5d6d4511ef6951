"""The exercises: their checks, what a check answers, and what has passed.

``verdict``    what a check answers
``checks``     one module a notebook: your function in, a verdict out
``catalogue``  which exercise stands where
``progress``   which exercises have passed, remembered on this computer
"""

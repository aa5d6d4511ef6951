"""Execute notebooks from beginning to end, without a browser.

    python -m cnncourse run --fast

In the order in which a run goes through them:

``parameters``  what a notebook's parameters cell allows, read from the cell itself
``plan``        the command line and a grid → jobs: a notebook and its parameters each
``execute``     one job, in a kernel of its own → an outcome
``local``       several jobs at once, each in a process of its own
``terminal``    what runs right now, in a terminal
``cluster``     the same jobs on a Dask cluster
``pages``       an executed notebook → an HTML page that needs no network
``store``       the folder ``build/``: nothing in it is ever half written
``report``      outcomes in words, as JSON and as JUnit XML
``command``     all of these, one after the other, and the exit code

``installed``   which packages all this needs, and whether they are here
``doctor``      a look at the whole installation

papermill executes; the notebooks themselves are never changed. Importing ``cnncourse.run`` alone
loads nothing.
"""

"""What explorers are made of: ipywidgets with a picture, a question, a matrix, a photograph, a pad.

``explorer``    named controls, one figure function, a sentence of state
``stage``       shows the figure in the browser, reports what is touched in it
``question``    predict first, then look
``matrix``, ``photo``, ``digit``, ``drawpad``
                controls for matrices, photographs and drawn digits
``run_button``  a button that starts long work, and shows how far it is
"""

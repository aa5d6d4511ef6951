"""A photograph of handwriting → digits in MNIST's form, without PyTorch.

``border``      what lies around a page, painted over
``ink``         which pixels of a page are ink
``rules``       lines and boxes that the paper came with, taken off
``segments``    the ink parted into digits
``form``        a digit in MNIST's form
``reading``     what a network reads in a page of digits
``judge``       is this a digit at all? a network that has seen strangers, in NumPy
``neighbours``  another judge: the nearest digits that were trained on
``specimen``    a photographed page of digits, made by the program
"""

"""How good the models are on anyone's data: a table of images in, numbers and a page out."""

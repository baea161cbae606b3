"""Drawing with OpenCV: each part of a picture in a module of its own."""

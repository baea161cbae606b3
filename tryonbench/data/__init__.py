"""VITON-HD: layouts, pair lists, labels, keypoints, agnostic images, the dataset class."""

"""TryOnDiffusion's two UNets, trained by flow matching."""
